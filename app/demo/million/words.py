"""What the complaints of the million say: words of every day, words of every month, a few that are hardly ever said."""

from __future__ import annotations

from random import Random

PARTS = (
    *("主轴", "导轨", "刀库", "液压站", "机封", "叶轮", "轴承", "阀杆"),
    *("触摸屏", "变频器", "减速机", "润滑泵", "编码器", "联轴器", "丝杠", "冷却塔"),
)
FAULTS = (
    *("异响", "漏液", "停机", "过热", "振动超标", "精度超差", "误报警"),
    *("卡滞", "渗油", "开裂", "无法启动", "压力不足", "噪声偏大", "失灵"),
)
SINCE = ("今天早班", "昨天夜班", "上周", "换油以后", "检修以后", "雨天以后", "开机半小时后", "连续运行两天后")
EFFECT = ("现场已停机", "暂时降速使用", "影响交货", "备用设备顶上", "操作工不敢再开", "产线等待")
NOT_QUALITY = (
    *("交货晚于合同", "说明书缺页", "发票抬头错误", "配件报价未回复"),
    *("包装箱破损", "培训未安排", "随机附件少一件", "服务电话无人接听"),
)
WISHES = ("请书面说明", "请尽快补齐", "请给出时间", "请安排专人联系", "请按合同处理")
SELDOM = (  # each half as often as the one before
    *("胶合", "龟裂", "喘振", "气蚀", "爬行", "抱轴"),
    *("脱焊", "击穿", "结焦", "偏磨", "塌陷", "窜动"),
)
RARE = ("蝉鸣声", "青苔", "鸟巢", "蜂窝煤", "琥珀色", "铜绿", "柳絮", "雹灾", "蛛网", "骆驼绒")
TIMES, SHARE_OF_SELDOM = 4, 0.02  # how often each rare word is said in all
_PARTS = [1 / (rank + 1) for rank in range(len(PARTS))]
_FAULTS = [1 / (rank + 1) for rank in range(len(FAULTS))]
_SELDOM = [0.5**rank for rank in range(len(SELDOM))]


class Words:
    """Subjects and descriptions of so many stories."""

    def __init__(self, stories: int) -> None:
        every = stories / (len(RARE) * TIMES)
        self.rare = {int(every * (place + 0.5)): RARE[place % len(RARE)] for place in range(len(RARE) * TIMES)}

    def about(self, random: Random, story: int, product: str) -> tuple[str, str]:
        """The subject and the description; about a machine, or about everything else."""
        told = self._seldom(random, story)
        if not product:
            subject = random.choice(NOT_QUALITY)
            days = random.randint(2, 40)
            return subject, f"{subject}，已{days}天，{random.choice(WISHES)}。{told}"
        part, fault = random.choices(PARTS, _PARTS)[0], random.choices(FAULTS, _FAULTS)[0]
        value = random.randint(10, 99)
        text = f"{random.choice(SINCE)}{part}{fault}，读数{value}，{random.choice(EFFECT)}。{told}"
        return f"{product} {part}{fault}", text

    def _seldom(self, random: Random, story: int) -> str:
        if (word := self.rare.get(story)) is not None:
            return f"现场见{word}。"
        return f"疑似{random.choices(SELDOM, _SELDOM)[0]}。" if random.random() < SHARE_OF_SELDOM else ""
