"""The forms a complaint of the million can take: what is told once, and how many there are of each."""

from __future__ import annotations

from dataclasses import dataclass

from app.demo.plots import (
    TO_QC,
    Scene,
    agreed,
    arrived,
    back,
    closed,
    consulted,
    corrected,
    done,
    drafted,
    filed,
    issued,
    notice,
    over,
    plan,
    quoted,
    sent,
    signed,
)

Scenes = tuple[Scene, ...]


@dataclass(frozen=True)
class Form:
    """One course of a complaint; an open one has come as far as its scenes."""

    share: int  # of a thousand
    scenes: Scenes
    product: bool = True
    repeated: bool = False  # the customer calls twice, and the second call is merged into the first


def _talk(day: int, satisfied: bool) -> Scene:
    words = {True: "顾客接受说明与补偿", False: "电话说明原因并道歉，顾客仍有意见"}
    return Scene(day, "10:00", "reception", "negotiate", {"content": words[satisfied], "satisfied": satisfied})


NOT_QUALITY = Scene(0, "11:00", "reception", "classify_non_quality")
SETTLE = Scene(3, "10:10", "reception", "settle")
VISIT = (*TO_QC, drafted("现场检查并更换组件"), issued(), sent(), arrived(3))
REPAIRED = (*VISIT, done(3, "third_party", "explain"), signed(3), back(4), filed(5), closed(7))
OWN = (*VISIT, done(3), signed(3), back(4), filed(5), notice(6, alone=True))
PAYMENT = {"amount": "3600.00", "receipt_no": "SJ-2611-018", "paid_on": "today"}
PAID = (
    *VISIT,
    quoted(3),
    agreed(3),
    done(3, "misuse", "paid_repair", charge="3600.00"),
    signed(3),
    back(4),
    filed(5),
    Scene(6, "10:00", "finance", "record_payment", PAYMENT),
    closed(7),
)
WITHDRAWN = (
    plan(),
    Scene(0, "14:00", "reception", "attach"),
    Scene(1, "09:00", "reception", "ask_withdrawal", {"reason": "顾客自行调整后正常，来函撤诉"}),
    Scene(1, "10:00", "qc_manager", "approve_withdrawal"),
)

FORMS: tuple[Form, ...] = (
    # seventy of a hundred are closed
    Form(345, (NOT_QUALITY, _talk(3, True), SETTLE), product=False),
    Form(150, (NOT_QUALITY, _talk(1, False), _talk(3, True), SETTLE), product=False),
    Form(55, (Scene(0, "09:45", "reception", "void", {"reason": "与同日另一张记录表重复"}),)),
    Form(20, WITHDRAWN),
    Form(90, REPAIRED),
    Form(10, REPAIRED, repeated=True),
    Form(15, PAID),
    Form(15, (*OWN, closed(7), *corrected(6))),
    # thirty are open, most of them early on their way
    Form(50, ()),
    Form(50, (plan(),)),
    Form(65, (NOT_QUALITY,), product=False),
    Form(30, (plan(), over())),
    Form(30, TO_QC),
    Form(3, (*TO_QC, consulted())),
    Form(18, VISIT[:-2]),
    Form(25, VISIT[:-1]),
    Form(12, VISIT),
    Form(2, (*VISIT, quoted(3))),
    Form(8, (*VISIT, done(3))),
    Form(4, (*VISIT, done(3), signed(3))),
    Form(2, OWN[:-2]),
    Form(1, OWN),
)
