"""The dates and mishaps every release is looked at with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from .plots import (
    TO_QC,
    Plot,
    Scene,
    agreed,
    arrived,
    back,
    closed,
    corrected,
    done,
    drafted,
    filed,
    issued,
    notice,
    plan,
    quoted,
    rejected,
    sent,
    signed,
    taken,
)

BAD_BATCH = ("LX-350", "P07")


def mishaps(today: date, near: str, outside: str, far: str) -> Iterator[Plot]:
    """Told for a customer in the province, one outside and one far away."""

    def ago(year: int, month: int, day: int) -> int:
        return (today - date(year, month, day)).days

    head = ("phone", near, "HT-850", "王工")
    yield Plot(ago(2026, 2, 13), "09:00", "phone", far, "HT-850", "王工", "春节前受理", "春节前一天受理。", "",
               "serious", _straight(8), "noise")  # fmt: skip
    yield Plot(ago(2026, 9, 29), "09:00", "phone", outside, "HT-850", "王工", "国庆前受理", "国庆前受理。", "",
               "serious", _straight(6), "stall")  # fmt: skip
    yield Plot(
        ago(2026, 2, 28), "09:00", *head, "调休周六受理", "调休的星期六受理。", "", "minor", _straight(2), "alarm"
    )
    yield Plot(ago(2026, 12, 25), "09:00", "phone", outside, "HT-850", "王工", "跨入未公布年度", "期限落在 2027 年。",
               "", "serious", _straight(6), "crack")  # fmt: skip
    yield Plot(40, "23:50", *head, "深夜来电", "23:50 来电。", "", "serious",
               (plan(0, "23:55"), Scene(1, "08:10", "reception", "hand_over", {"late_reason": "深夜来电"}),
                taken(1, "08:30")))  # fmt: skip
    yield Plot(50, "09:00", *head, "改派", "技术员生病改派。", "", "serious",
               (*TO_QC, drafted("检修"), issued(), sent(), Scene(2, "09:00", "qc_manager", "reassign", {
                   "technician": "technician3", "kind": "technician", "reason": "原技术员病假"})))  # fmt: skip
    yield Plot(45, "09:00", "phone", outside, "LX-80", "李工", "首次来电", "泵漏液。", "", "serious", (plan(),))
    yield Plot(45, "09:30", "phone", outside, "LX-80", "李工", "再次来电", "同一故障。", "", "serious",
               (Scene(0, "10:00", "reception", "merge", {"into": "previous"}),))  # fmt: skip
    yield Plot(44, "09:00", *head, "登记错误", "误登。", "", "minor",
               (Scene(0, "09:10", "reception", "void", {"reason": "误登"}),))  # fmt: skip
    yield Plot(42, "09:00", *head, "拒绝有偿", "撞刀。", "", "serious",
               (*TO_QC, drafted("检修"), issued(), sent(), arrived(3), quoted(3),
                agreed(3, accepted=False)))  # fmt: skip
    yield Plot(41, "09:00", *head, "拒绝签字", "异响未消除。", "", "serious",
               (*TO_QC, drafted("检修"), issued(), sent(), arrived(3), done(3), rejected(3)))  # fmt: skip
    yield Plot(39, "09:00", *head, "签字后被改动", "异响。", "", "serious", _straight(3)[:9], tampered=True)
    for days_ago in (150, 12):  # the bad batch comes back after its notice was closed
        scenes = _straight(3)
        yield Plot(days_ago, "09:00", "phone", near, BAD_BATCH[0], "王工", "机封漏液", "同批次机封漏液。", "",
                   "serious", scenes, "leak", BAD_BATCH[1])  # fmt: skip


def _straight(day: int) -> tuple[Scene, ...]:
    """Assigned on the day of the receipt, so that the period of 2.2 counts from it."""
    end = (signed(day), back(day + 2), filed(day + 2))
    way = (drafted("检修", 0, "14:30"), issued(0, "15:00"), sent(day=0, clock="16:00"))
    home = (*end, notice(day + 3), closed(day + 4), *corrected(day + 3, "closed"))
    return (*TO_QC, *way, arrived(day), done(day), *home)
