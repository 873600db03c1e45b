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


def back(day: int, clock: str = "09:10") -> Scene:
    return Scene(day, clock, "technician", "return_form")


def filed(day: int, clock: str = "10:00") -> Scene:
    return Scene(day, clock, "qc", "receive_form")


def notice(day: int, clock: str = "11:00") -> Scene:
    return Scene(day, clock, "qc", "notice")


def closed(day: int, clock: str = "15:00") -> Scene:
    return Scene(day, clock, "qc_manager", "close")


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
)
