"""Who hears of a notice's steps and deadlines beside those whose turn it is (2.6)."""

from __future__ import annotations

from app.core.process.told import Told, function, told
from app.organisation.turns import department_manager

BOTH = (department_manager, function("qc_manager"))

TELL: dict[str, tuple[Told, ...]] = {
    **dict.fromkeys(("issue", "finish", "verify"), (told(*BOTH),)),
    "recur": (told(*BOTH), told(function("qc"))),
}
QUIET = frozenset({"analyse"})
