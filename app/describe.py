"""A process as people read it: a table and a Mermaid diagram, straight from the workflow table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.core.process.workflow import Workflow


def describe(workflow: Workflow[Any]) -> str:
    """Table and diagram of one process, in Markdown."""
    return "\n".join([f"## {workflow.name}", "", *_table(workflow), "", *_diagram(workflow), ""])


def _table(workflow: Workflow[Any]) -> Iterator[str]:
    yield "| step | from → to | by | fields | starts | meets | clause |"
    yield "|---|---|---|---|---|---|---|"
    for step in workflow.steps:
        fields = ", ".join(step.form.json_schema()["properties"]) if step.form else ""
        starts = ", ".join(start if isinstance(start, str) else "…" for start in step.starts)
        yield (
            f"| `{step.name}` {step.label} | {', '.join(sorted(step.source))} → {_target(step)} | "
            f"{', '.join(step.granted_to)} | {fields} | {starts} | {', '.join(step.meets)} | {step.clause} |"
        )


def _target(step: Any) -> str:
    if step.target is None:
        return "stays"
    return "depends" if callable(step.target) else str(step.target)


def _diagram(workflow: Workflow[Any]) -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield f"  [*] --> {workflow.initial}"
    for step in workflow.steps:
        if step.target is not None and not callable(step.target):
            yield from (f"  {source} --> {step.target}: {step.name}" for source in sorted(step.source))
    yield from (f"  {state} --> [*]" for state, facts in workflow.states.items() if facts.turn is None)
    yield "```"
