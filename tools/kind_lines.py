"""What a kind of record costs in lines and places, before kinds were declared and now: `python -m tools.kind_lines`."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BEFORE = "9c1676d"
KINDS: dict[str, tuple[str, str]] = {  # its own files, and how others name it
    "report to the general manager": (r"app/gm/", r"GmReport|gm_report|app\.gm\b|\bGM_REPORT\b"),
    "consultation": (r"app/complaints/consultation\w*\.py", r"\bConsultation\b|\bconsultation\b|CONSULTATION"),
    "corrective action": (r"app/corrective/", r"CorrectiveAction|corrective_action|app\.corrective\b|\bCORRECTIVE\b"),
    "complaint": (r"app/complaints/(?!consultation)", r"\bComplaint\b|app\.complaints\b|\bCOMPLAINT\b"),
    "customer": (r"app/customers/", r"\bCustomer\b|app\.customers\b"),
}
FORMAL = ("from ", "import ", '"""', "#", ")", "}", "]", "class ", "__", "id:", "DECLARED", "TABLES")
LOAN = re.compile(r"`(app/loans/\w+\.py)`\n\n```python\n(.*?)```", re.S)


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603, S607


def files(commit: str) -> dict[str, str]:
    """Every module of the program, as it stood at a commit."""
    names = [name for name in git("ls-tree", "-r", "--name-only", commit, "app/").splitlines() if name.endswith(".py")]
    return {name: git("show", f"{commit}:{name}") for name in names}


def cost(program: dict[str, str], own: str, named: str) -> str:
    """Its own lines and files, and the lines and files elsewhere that name it; demo data are no place."""
    mine = {name: text for name, text in program.items() if re.match(own, name)}
    others = {name: text for name, text in program.items() if name not in mine and not name.startswith("app/demo/")}
    places = {name: sum(bool(re.search(named, line)) for line in text.splitlines()) for name, text in others.items()}
    elsewhere = [lines for lines in places.values() if lines]
    lines = sum(len(text.splitlines()) for text in mine.values())
    return f"{lines:,} in {len(mine)} files; {sum(elsewhere)} lines in {len(elsewhere)} others"


def loan() -> str:
    """The newcomer's kind: the lines that say something of it, as its test counts them."""
    texts = [text for _name, text in LOAN.findall((ROOT / "docs" / "a-new-kind.md").read_text(encoding="utf-8"))]
    lines = [line.strip() for text in texts for line in text.splitlines()]
    declared = [line for line in lines if line and not line.startswith(FORMAL)]
    return f"{len(declared)} declared lines in {len(texts)} files of one folder, one entry in `DOMAINS`"


def main() -> None:
    """The rows of the table, ready for docs/decisions."""
    then, now = files(BEFORE), files("HEAD")
    print("| | before | now |\n|---|---|---|")
    for kind, (own, named) in KINDS.items():
        print(f"| {kind} | {cost(then, own, named)} | {cost(now, own, named)} |")
    print(f"| spare-part loan | 1,148 lines in 30 files | {loan()} |")


if __name__ == "__main__":
    main()
