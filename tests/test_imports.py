"""The direction of the imports is the picture in docs/architecture.md: layers over DOMAINS, core under all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from app.domains import DOMAINS

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ["menu", "demo", *reversed(DOMAINS), "core"]
KNOWN = (  # who calls upwards, at run time alone
    "app.public.colleagues -> app.notifications.listener",  # a renewed link is mailed
)


def test_imports_follow_the_picture(tmp_path: Path):
    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS
    layers = "\n".join(f'  "app.{layer}",' for layer in LAYERS)
    ignored = "\n".join(f'  "{edge}",' for edge in KNOWN)
    config = tmp_path / "layers.toml"
    config.write_text(
        f"""[tool.importlinter]
root_package = "app"
exclude_type_checking_imports = true
[[tool.importlinter.contracts]]
name = "a domain knows those before it, core knows none"
type = "layers"
layers = [
{layers}
]
ignore_imports = [
{ignored}
]
"""
    )
    assert lint_imports(config_filename=str(config), no_cache=True) == EXIT_STATUS_SUCCESS


# ---- core knows no domain, not by its words either

FOREIGN = (  # what only domains speak of
    *("complaint", "consultation", "corrective", "disposition", "technician", "inspector", "quotation", "quote"),
    *("major", "gm", "reception", "qc", "sales", "intake", "投诉", "纠正", "质检"),
)
CUSTOMER = "customer"
PARTY = {  # a record may be about a customer, and a customer may act on it by a link: Record's own
    *("process/answer.py", "rights/actor.py", "pages/timeline.py", "rest/parts.py", "kind/overrides.py"),
    *("record/records.py", "kind/making.py", "kind/kinds.py", "kind/registry.py", "record/history.py"),
    *("kind/own_fields.py", "kind/own_forms.py"),  # a field of the company's own may lead to one
    *("settings.py", "company.py"),  # who the company is for its customers
    *("kind/customer_page.py", "kind/contacting.py", "kind/signing.py"),  # what is said to one, signed and seen by one
    *("record/contacts.py", "record/signatures.py", "record/links.py"),
    *("files/file_kinds.py", "rest/shapes.py"),  # whose signature it is; how a field that leads to one is told
}
MEANT = {  # word → where it is no domain's
    "complaint": {
        "record/contacts.py",
        "record/signatures.py",
    },  # as decisions call two lists
    "gm": {"time/deadline_rules.py"},  # whom an escalation reaches: the levels of every house
    "disposition": {"pages/spreadsheets.py"},  # a header of HTTP
}


def spoken(path: Path, word: str) -> bool:
    found = rf"(?<![a-z]){word}(?:s|es)?(?![a-z])" if word.isascii() else word
    return re.search(found, path.read_text(encoding="utf-8"), re.IGNORECASE) is not None


@pytest.mark.parametrize("word", (CUSTOMER, *FOREIGN))
def test_core_knows_no_domain_by_its_words(word: str):
    core = ROOT / "app" / "core"
    speak = {str(path.relative_to(core)) for path in core.rglob("*.py") if spoken(path, word)}
    assert speak == (PARTY if word == CUSTOMER else MEANT.get(word, set()))
