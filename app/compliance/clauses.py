"""The clauses, each with a summary in our own words; chapter 3 repeats chapter 2, so a rule carries both ids."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.rights.people import in_locale

VERSION = "2026-11"


@dataclass(frozen=True)
class Clause:
    """条款: its number, what it is about, what it demands."""

    id: str
    title_zh: str
    title_en: str
    summary_zh: tuple[str, ...]
    summary_en: tuple[str, ...]

    @property
    def title(self) -> str:
        return in_locale(self.title_zh, self.title_en)

    @property
    def summary(self) -> tuple[str, ...]:
        zh_or_en = in_locale("zh", "en")
        return self.summary_zh if zh_or_en == "zh" else self.summary_en

    @property
    def places(self) -> str:
        """Where it stands: the manufacturer's chapters 2 and 3 (篇) say the same."""
        return in_locale(f"2篇/{self.id} = 3篇/{self.id}", f"chapter 2, {self.id} = chapter 3, {self.id}")


CLAUSES = {
    clause.id: clause
    for clause in (
        Clause(
            "2.1",
            "投诉受理、移交与处理意见",
            "Receipt, hand-over and disposition",
            (
                "专人受理各渠道投诉，逐件填写顾客投诉及处理记录表。",
                "非质量问题由接待协商，直到顾客满意。",
                "质量问题先拟解决方案，当天连同来函移交质检部，并由另一人签收。",
                "质检部会同有关部门分析，拟稿与签发由不同人员完成。",
            ),
            (
                "A named person takes every complaint and fills in the record form.",
                "What is not about quality is negotiated by reception until the customer is satisfied.",
                "A quality complaint gets a plan and goes to QC the same day, with the letter; another person receives it.",
                "QC analyses with the departments concerned; one drafts the disposition, another issues it.",
            ),
        ),
        Clause(
            "2.2",
            "到达现场的时限",
            "Arrival on site",
            (
                "省内三天、省外一周、边远地区十天内到达现场，自委派次日起算。",
                "港澳台及境外由质检部逐件约定期限并说明理由。",
                "超期须说明原因，并逐级升级。",
            ),
            (
                "On site within three days in the province, a week outside, ten days in remote areas; the day of the assignment is not counted.",
                "For Hong Kong, Macao, Taiwan and abroad QC fixes the date with its reason.",
                "A delay needs a reason and is escalated step by step.",
            ),
        ),
        Clause(
            "2.3",
            "人员资质",
            "Competence",
            ("派出的技术人员或检验员须具备与产品相符且在有效期内的专业技能；例外须写明理由。",),
            (
                "Whoever is sent holds a valid competence for the product; an exception is written down with its reason.",
            ),
        ),
        Clause(
            "2.4",
            "原因、责任与费用",
            "Cause, responsibility and cost",
            (
                "现场查明原因并判定责任。",
                "属本公司质量问题的免费退换或维修；使用不当的先报价，顾客同意后再有偿维修。",
                "收费项目结案前须收讫或经批准免收。",
            ),
            (
                "The cause is found on site and the responsibility decided.",
                "Our own quality is mended or exchanged free of charge; misuse is quoted first and repaired when the customer accepts.",
                "What is charged is paid or waived before the closure.",
            ),
        ),
        Clause(
            "2.5",
            "顾客确认",
            "Customer confirmation",
            (
                "处理情况由顾客确认并签名，签名只对所签内容有效，内容改动后须重新签名。",
                "顾客不认可的进入下一轮；多次联系未果的记为未确认。",
            ),
            (
                "The customer confirms the work with a signature, which holds only for the text that was signed.",
                "What the customer does not accept begins another round; a customer who can't be reached is recorded as such.",
            ),
        ),
        Clause(
            "2.6",
            "交回记录与纠正措施",
            "Return of the form and corrective action",
            (
                "返回后及时把记录表交质检部，由另一人签收后结案。",
                "属本公司质量问题的须下发纠正措施通知单，责任部门分析原因、制定并落实措施，由他人验证有效性。",
            ),
            (
                "After the trip the form goes back to QC promptly and another person receives it before the closure.",
                "Our own quality problem needs a corrective action notice: cause, plan, evidence, and an effect verified by somebody else.",
            ),
        ),
        Clause(
            "4.4",
            "重大质量投诉报告总经理",
            "Major complaints to the General Manager",
            ("重大质量投诉立即报总经理，销售部一个工作日内提交报告；批示落实到部门并有期限。",),
            (
                "A major complaint is before the General Manager at once; Sales reports within a working day; an instruction goes to a department with a date.",
            ),
        ),
    )
}
