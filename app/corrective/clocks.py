"""The deadlines of a corrective action notice (2.6)."""

from __future__ import annotations

from app.core.time.deadline_rules import DAY, FIXED, WORKDAY, Default

DEADLINES = (
    Default("CAPA_ISSUE", "签发纠正措施通知单", "Issue of the corrective action notice", 1, WORKDAY, "2.6"),
    Default("CAPA_ACK", "签收纠正措施通知单", "Receipt of the corrective action notice", 1, WORKDAY, "2.6"),
    Default("CAPA_PLAN", "制定纠正措施", "Corrective action plan", 5, WORKDAY, "2.6"),
    Default("CAPA_ACCEPT", "审核纠正措施", "Review of the corrective action plan", 2, WORKDAY, "2.6"),
    Default(
        "CAPA_DONE",
        "完成纠正措施",
        "Completion of the corrective actions",
        0,
        FIXED,
        "2.6",
        warn_minutes_before=3 * 24 * 60,
    ),
    Default("CAPA_OBJECTION", "裁定异议", "Decision on an objection", 2, WORKDAY, "2.6"),
    Default("CAPA_VERIFY", "有效性验证", "Effectiveness verification", 30, DAY, "2.6", roll=True),
)
