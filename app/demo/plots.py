"""What happened: per complaint the words of the customer and the steps of the departments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Scene:
    """One step: days after the receipt, the wall clock, who, which step, its fields."""

    day: int
    clock: str
    who: str
    step: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plot:
    """One complaint from its receipt to wherever it has come."""

    days_ago: int
    clock: str
    channel: str
    customer: str
    product: str
    complainant: str
    subject: str
    description: str
    demand: str
    severity: str
    scenes: tuple[Scene, ...] = ()
    failure_mode: str = ""
    batch: str = ""
    serial: str = ""
    tampered: bool = False  # somebody changes the signed text in the database itself


SIGNATURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg=="
)


def plan(day: int = 0, clock: str = "09:50") -> Scene:
    return Scene(day, clock, "reception", "classify_quality", {"solution_plan": "由质检部分析，必要时派员到现场处理"})


def over(day: int = 0, clock: str = "11:20", **data: Any) -> Scene:
    return Scene(day, clock, "reception", "hand_over", data)


def taken(day: int = 0, clock: str = "14:10") -> Scene:
    return Scene(day, clock, "qc", "receive")


def drafted(opinion: str, day: int = 1, clock: str = "09:30") -> Scene:
    return Scene(day, clock, "qc", "draft_disposition", {
        "analysis": "结合出厂检验记录与顾客描述初步判断，需现场复核。", "containment": "请顾客暂停使用该设备",
        "opinion": opinion, "remedy_proposed": "free_repair", "needs_site_visit": True})


def issued(day: int = 1, clock: str = "10:40") -> Scene:
    return Scene(day, clock, "qc_manager", "issue_disposition")


def sent(login: str = "technician", day: int = 1, clock: str = "14:00", **data: Any) -> Scene:
    return Scene(day, clock, "qc_manager", "assign", {"technician": login, "kind": "technician", **data})


def arrived(day: int, clock: str = "10:12", login: str = "technician", **data: Any) -> Scene:
    return Scene(day, clock, login, "arrive", data)


def done(day: int, responsibility: str = "own_quality", remedy: str = "free_repair", clock: str = "15:30", **data: Any) -> Scene:
    return Scene(day, clock, "technician", "complete", {
        "phenomenon": "现场复现，与顾客描述一致", "investigation": "拆检后测量关键尺寸并核对批次记录", "cause_category": "assembly",
        "responsibility": responsibility, "remedy": remedy, "charge": "0.00", "work_done": "更换组件并调试，试运行两小时正常",
        "hours": "4", **data})


def signed(day: int, clock: str = "16:40", satisfaction: int = 5) -> Scene:
    return Scene(day, clock, "technician", "confirm", {"signer_name": "顾客签收人", "method": "onscreen",
                 "signature": SIGNATURE, "satisfaction": satisfaction})


def rejected(day: int) -> Scene:
    return Scene(day + 1, "10:00", "technician", "reject", {"reason": "顾客认为问题未彻底解决"})


def back(day: int, clock: str = "09:10") -> Scene:
    return Scene(day, clock, "technician", "return_form")


def filed(day: int, clock: str = "10:00") -> Scene:
    return Scene(day, clock, "qc", "receive_form")


def notice(day: int, clock: str = "11:00") -> Scene:
    return Scene(day, clock, "qc", "notice")


def closed(day: int, clock: str = "15:00") -> Scene:
    return Scene(day, clock, "qc_manager", "close")


def consulted(day: int = 0, clock: str = "15:00", *departments: str) -> Scene:
    return Scene(day, clock, "qc", "consult", {"departments": list(departments or ("production", "tech")),
                 "question": "请提供装配与检验记录，并说明可能原因"})


def opinion(department: str, day: int = 1, clock: str = "08:50") -> Scene:
    return Scene(day, clock, f"{department}_manager", f"consultation.{department}", {"opinion": "查装配记录，预紧力矩偏低，建议复检同批次"})


def quoted(day: int, clock: str = "11:00", amount: str = "3600.00") -> Scene:
    lines = [{"description": "主轴轴承组件", "quantity": "1", "price": amount}]
    return Scene(day, clock, "technician", "quote", {"lines": lines, "amount": amount})


def agreed(day: int, clock: str = "11:30", accepted: bool = True) -> Scene:
    return Scene(day, clock, "technician", "answer_quote", {"accepted": accepted, "signer_name": "顾客签收人",
                 "evidence": "顾客现场签字同意" if accepted else "顾客电话表示不同意"})


def corrected(day: int, upto: str = "closed", result: str = "effective") -> tuple[Scene, ...]:
    """The life of the notice, from its receipt by the department as far as wanted."""
    who, steps = "production_manager", []
    steps.append(Scene(day, "16:00", who, "notice.acknowledge"))
    steps.append(Scene(day + 2, "10:00", who, "notice.analyse", {"method": "five_why",
                 "root_cause": "压装工装磨损，预紧力矩不足", "escape_cause": "出厂检验未抽检预紧力矩"}))
    steps.append(Scene(day + 2, "11:00", who, "notice.plan", {"days": 14}))
    steps.append(Scene(day + 3, "10:00", "qc", "notice.accept_plan"))
    steps.append(Scene(day + 12, "10:00", who, "notice.finish_actions"))
    steps.append(Scene(day + 12, "11:00", who, "notice.finish"))
    steps.append(Scene(day + 44, "10:00", "qc", "notice.verify", {"result": result, "method": "查近一个月同类投诉",
                 "sample": "抽检20件，全部合格" if result == "effective" else "抽检20件，2件不合格"}))
    steps.append(Scene(day + 45, "10:00", "qc_manager", "notice.close"))
    reached = ("analysing", "analysed", "planned", "implementing", "proven", "done", "verified", "closed")
    told = tuple(steps[: reached.index(upto) + 1])
    if result == "effective" or upto != "closed":
        return told
    again = corrected(day + 45)[1:]  # not effective: another round, from the analysis on
    return (*told[:-1], *again)


TO_QC = (plan(), over(), taken())
SPINDLE = "更换主轴轴承组件，现场复检精度"
KUNSHAN, NINGBO, TAIZHOU = "苏州示例电梯部件有限公司", "宁波示例精密机械有限公司", "台州示例泵业有限公司"
HANGZHOU, TIBET, BEIJING = "杭州示例包装设备有限公司", "西藏示例水务有限公司", "北京示例阀门有限公司"
CHANGCHUN, HONGKONG, MOHE, SHAOXING = ("长春示例汽车零部件有限公司", "香港示例贸易有限公司", "漠河示例林业机械有限公司",
                                       "绍兴示例纺织机械有限公司")

PLOTS: tuple[Plot, ...] = (
    Plot(0, "08:40", "visit", KUNSHAN, "HT-850", "钱经理", "HT-850加工中心主轴高速运转异响",
         "HT-850加工中心主轴高速运转异响，Z轴定位误差0.03mm，已停机。", "三天内派人检修", "serious"),
    Plot(1, "15:20", "phone", HANGZHOU, "", "马女士", "说明书缺中文版第4章", "随机说明书缺中文版第4章，无法培训操作工。", "补寄说明书",
         "minor", (Scene(0, "15:40", "reception", "classify_non_quality", {"reason": "资料缺页，不涉及产品质量"}),)),
    Plot(6, "10:05", "email", SHAOXING, "", "鲁工", "交货晚于合同12天", "合同约定交货期已过12天，生产线等待安装。", "书面说明并补偿",
         "serious", (Scene(0, "10:30", "reception", "classify_non_quality"),
                     Scene(1, "09:20", "reception", "negotiate", {"content": "说明延期原因，提出延长质保三个月",
                           "proposal": "质保延长三个月", "customer_attitude": "不满", "satisfied": False}))),
    Plot(0, "08:55", "fax", NINGBO, "LX-200", "胡工", "离心泵机封漏液，3台同批次", "3台同批次离心泵机封漏液，现场积水。", "更换机封",
         "serious", (plan(0, "09:05"),)),
    Plot(1, "09:10", "phone", TAIZHOU, "LX-200", "叶主任", "泵体振动超标", "运行30分钟后振动值达7.1mm/s。", "现场检修", "serious",
         (plan(), over())),
    Plot(2, "09:30", "letter", BEIJING, "DN50-F", "高先生", "阀门关不严", "DN50阀门全关后仍有约5%流量。", "更换阀门", "minor", TO_QC),
    Plot(3, "10:15", "phone", CHANGCHUN, "DK-30", "关工", "电控柜误报过载，停机4小时", "电控柜误报过载，已停机4小时。", "立即处理", "critical",
         (*TO_QC, drafted("更换过载保护模块并升级固件"), Scene(1, "09:40", "qc", "mark_major", {"criteria": ["safety"]}))),
    Plot(4, "14:20", "visit", NINGBO, "HT-650", "胡工", "主轴温升过高", "连续加工两小时主轴温升45K。", "检修主轴", "serious",
         (*TO_QC, drafted(SPINDLE), issued())),
    Plot(5, "09:00", "phone", KUNSHAN, "HT-850", "钱经理", "刀库换刀卡滞", "换刀动作卡滞，每班约三次。", "两天内到场", "serious",
         (*TO_QC, drafted("调整刀库凸轮间隙，必要时更换机械手"), issued(), sent(planned_on=None))),
    Plot(7, "10:40", "phone", TIBET, "LX-200", "次仁", "高海拔运行功率不足", "海拔4500米运行，出口压力只有额定的80%。", "现场调试", "serious",
         (*TO_QC, drafted("现场测试并更换叶轮"), issued(), sent())),
    Plot(9, "11:10", "email", TAIZHOU, "LX-200", "叶主任", "轴承异响", "运行中轴承有周期性异响。", "检修", "minor",
         (*TO_QC, drafted("更换轴承并校正同轴度"), issued(), sent(), arrived(3))),
    Plot(11, "09:45", "phone", NINGBO, "HT-850", "胡工", "Z轴定位误差0.03mm", "Z轴定位误差0.03mm，超出合同精度。", "恢复精度", "serious",
         (*TO_QC, drafted("激光干涉仪复测并补偿"), issued(), sent(), arrived(3), done(4))),
    Plot(13, "09:25", "phone", SHAOXING, "DK-30", "鲁工", "触摸屏失灵", "电控柜触摸屏左下角失灵。", "更换触摸屏", "minor",
         (*TO_QC, drafted("更换触摸屏"), issued(), sent(), arrived(3), done(3), signed(3))),
    Plot(15, "13:30", "visit", HANGZHOU, "DN50-F", "马女士", "阀杆渗漏", "阀杆处渗漏，每分钟约10滴。", "更换密封", "minor",
         (*TO_QC, drafted("更换阀杆密封"), issued(), sent(), arrived(3), done(3), signed(3, satisfaction=4), back(6))),
    Plot(17, "10:20", "phone", KUNSHAN, "LX-200", "钱经理", "机封漏液", "机封漏液，已更换一次仍漏。", "彻底解决", "serious",
         (*TO_QC, drafted("更换机封并检查轴套"), issued(), sent(), arrived(6), done(6), signed(6), back(7), filed(7))),
    Plot(24, "09:15", "letter", NINGBO, "HT-650", "胡工", "主轴异响", "主轴高速异响，函件附检测数据。", "更换主轴", "serious",
         (*TO_QC, drafted(SPINDLE), issued(), sent(), arrived(3), done(4, remedy="exchange", old_serial="HT-650-260201",
          new_serial="HT-650-260206"), signed(4), back(6), filed(6), notice(7), closed(8))),
    Plot(28, "22:40", "phone", BEIJING, "DN50-F", "高先生", "夜间来电：阀门爆裂", "夜班来电，阀体开裂漏水，已切断水源。", "当晚答复", "critical",
         (plan(0, "22:50"), Scene(1, "08:10", "reception", "hand_over", {"late_reason": "夜间来电，次日上班后移交"}),
          taken(1, "08:40"), Scene(1, "08:45", "reception", "mark_major", {"criteria": ["safety", "public"]}),
          drafted("现场更换阀门，封存故障件", 1, "09:30"), issued(1, "09:50"), sent("technician", 1, "10:00"),
          arrived(10, late_reason="航班取消，改签次日"), done(10), signed(10, satisfaction=3), back(12), filed(12), notice(12),
          closed(14))),
    Plot(20, "16:10", "phone", CHANGCHUN, "", "关工", "发票抬头错误", "发票抬头少一个字。", "重开发票", "minor",
         (Scene(0, "16:20", "reception", "classify_non_quality"),
          Scene(1, "09:00", "reception", "negotiate", {"content": "财务重开发票并寄出，顾客表示满意", "satisfied": True}),
          Scene(1, "09:05", "reception", "settle"))),
    Plot(12, "09:05", "phone", SHAOXING, "DK-30", "鲁工", "重复登记", "同一来电误登两次。", "", "minor",
         (Scene(0, "09:15", "reception", "void", {"reason": "与同日另一张记录表重复"}),)),
    Plot(10, "14:35", "phone", HONGKONG, "DK-30", "Ms Ho", "Display shows error E17", "The cabinet stops with error E17 twice a day.",
         "Visit by an engineer", "serious", (*TO_QC, drafted("现场更换电源模块"), issued())),
    Plot(22, "10:30", "wechat", MOHE, "LX-200", "尹师傅", "低温启动困难", "零下25度启动三次才成功。", "改进", "serious",
         (*TO_QC, drafted("更换低温润滑脂"), issued(), sent(), arrived(8), done(8, "misuse", "explain", free_reason="顾客首次使用，现场培训"),
          Scene(9, "10:00", "technician", "reject", {"reason": "顾客认为仍有问题，要求再检"}), drafted("复检并更换启动模块", 12), issued(12))),
    Plot(18, "11:00", "portal", TAIZHOU, "LX-200", "叶主任", "流量不足", "出口流量比额定低15%。", "远程指导", "minor",
         (*TO_QC, drafted("远程指导清洗过滤器"), issued(), Scene(2, "09:00", "qc", "handle_remotely", {
             "reason": "远程可解决", "phenomenon": "过滤器堵塞", "investigation": "视频检查过滤器", "cause_category": "misuse",
             "responsibility": "misuse", "remedy": "explain", "charge": "0", "free_reason": "远程指导不收费",
             "work_done": "指导顾客清洗过滤器，流量恢复"}))),
    Plot(2, "13:40", "phone", HANGZHOU, "HT-650", "马女士", "主轴箱漏油", "主轴箱下部渗油，每天约半杯。", "检修", "serious",
         (plan(0, "13:50"), over(0, "14:20"), taken(0, "14:40"), consulted(0, "15:00"), opinion("production")), "leak"),
    Plot(8, "10:30", "phone", SHAOXING, "HT-650", "鲁工", "撞刀后主轴异响", "操作撞刀后主轴异响。", "检修", "serious",
         (*TO_QC, drafted("现场检查，判明责任后报价"), issued(), sent(), arrived(3), quoted(3)), "noise"),
    Plot(26, "09:40", "phone", HANGZHOU, "HT-650", "马女士", "导轨拉伤", "冷却液混入铁屑，导轨拉伤。", "修复", "serious",
         (*TO_QC, drafted("现场修磨"), issued(), sent(), arrived(3), quoted(3), agreed(3),
          done(4, "misuse", "paid_repair", charge="3600.00"), signed(4, satisfaction=4), back(6), filed(6),
          Scene(7, "10:00", "finance", "record_payment", {"amount": "3600.00", "receipt_no": "SJ-2611-018", "paid_on": "today"}),
          closed(8)), "accuracy"),
    Plot(30, "14:00", "visit", TAIZHOU, "LX-200", "叶主任", "叶轮汽蚀", "叶轮三个月即汽蚀穿孔。", "更换", "serious",
         (*TO_QC, drafted("更换叶轮"), issued(), sent(), arrived(3), quoted(3, amount="5200.00"), agreed(3, accepted=False)), "leak"),
    Plot(60, "09:20", "phone", KUNSHAN, "HT-850", "钱经理", "主轴轴承损坏", "主轴轴承损坏，停机两天。", "更换主轴", "critical",
         (*TO_QC, drafted(SPINDLE), issued(), sent(), arrived(3), done(4, remedy="exchange", old_serial="HT-850-260101",
          new_serial="HT-850-260105"), signed(4), back(6), filed(6), notice(6), closed(8), *corrected(6, "verified")), "noise"),
    Plot(34, "10:10", "phone", NINGBO, "LX-200", "胡工", "机封早期失效", "机封运行一个月失效。", "更换", "serious",
         (*TO_QC, drafted("更换机封"), issued(), sent(), arrived(3), done(3), signed(3), back(5), filed(5), notice(5), closed(7),
          *corrected(5, "implementing")), "leak"),
    Plot(16, "11:30", "phone", BEIJING, "DK-30", "高先生", "柜门无法锁闭", "柜门锁舌错位。", "维修", "minor",
         (plan(), Scene(0, "14:00", "reception", "attach"), Scene(1, "09:00", "reception", "ask_withdrawal",
          {"reason": "顾客自行调整后正常，来函撤诉"}), Scene(1, "10:00", "qc_manager", "approve_withdrawal"))),
    Plot(2, "08:50", "phone", CHANGCHUN, "DK-30", "关工", "电控柜误报过载（二次来电）", "与前日来电为同一故障。", "尽快处理", "serious",
         (Scene(0, "09:30", "reception", "merge", {"into": "previous"}),)),
)
