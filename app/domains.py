"""The domains of the portal, in their order: the only list of them."""

from __future__ import annotations

from importlib import import_module

from app.core.kind import registry

DOMAINS = (  # each may know those before it
    "organisation",
    "customers",
    "complaints",
    "visits",
    "corrective",
    "public",
    "notifications",
    "gm",
    "compliance",
    "reports",
)
CORE = (  # the tables everything hangs on
    "company",
    "kind.own_fields",
    "record.attachments",
    "record.audit",
    "process.also_waiting",
    "record.contacts",
    "rights.counting",
    "record.decisions",
    "time.deadlines",
    "record.finding",
    "record.history",
    "record.links",
    "kind.overrides",
    "process.idempotency",
    "process.moving",
    "record.numbers",
    "rights.rights",
    "rights.seeding",
    "record.signatures",
    "tally.models",
    "process.turns",
    "record.witnessing",
    "time.workdays",
)


def load() -> None:
    """Every table (a package names the modules of its own in `TABLES`), then all that the domains declare."""
    for name in CORE:
        import_module(f"app.core.{name}")
    for name in DOMAINS:
        for module in getattr(import_module(f"app.{name}"), "TABLES", ()):
            import_module(f"app.{name}.{module}")
    for name in DOMAINS:
        registry.register(import_module(f"app.{name}.kind").DECLARED)
    if lacking := registry.without_a_rule():
        named = ", ".join(lacking)
        raise registry.Undeclared(f"There is no rule for {named}: declare it among the deadlines of the kind.")
