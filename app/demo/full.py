"""The full demo: eighteen months of a company, made up by one seed; the edge cases of the regulation among them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import clock
from app.core.turns import Function
from app.customers.models import Contact, Customer, FailureMode, Product, ProductCategory, ProductUnit
from app.organisation.models import Competence, Department, EmployeeCompetence, Region
from app.organisation.people import create_person

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
    over,
    plan,
    quoted,
    sent,
    signed,
    taken,
)

SEED, COMPLAINTS, MONTHS = 20261124, 240, 18
TRADES = ("精密机械", "泵业", "阀门", "电梯部件", "包装设备", "纺织机械", "汽车零部件", "水务")
FAMILIES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨", ("建军", "丽", "强", "敏", "国华", "秀英", "志刚", "晓燕")
REMOTE = ("540630", "653131", "150784", "632701", "542523", "533422", "232701", "460300")
MORE_PRODUCTS = (
    ("HT-1000", "龙门加工中心", "Gantry machining centre", "cnc"),
    ("HT-320", "数控车床", "CNC lathe", "cnc"),
    ("LX-350", "多级泵", "Multistage pump", "pump"),
    ("LX-80", "计量泵", "Metering pump", "pump"),
    ("DN80-Q", "球阀", "Ball valve", "valve"),
    ("DN25-J", "截止阀", "Globe valve", "valve"),
    ("DK-60", "变频柜", "Inverter cabinet", "electric"),
)
TROUBLES = (  # subject, description, failure mode
    ("主轴异响", "主轴高速运转异响，Z轴定位误差0.03mm。", "noise"),
    ("精度超差", "连续加工两小时后定位误差超出合同精度。", "accuracy"),
    ("机封漏液", "离心泵机封漏液，现场积水。", "leak"),
    ("误报过载", "电控柜误报过载，停机4小时。", "alarm"),
    ("频繁停机", "每班停机两到三次，需断电重启。", "stall"),
    ("壳体开裂", "壳体连接处出现裂纹。", "crack"),
)
NOT_QUALITY = (
    ("交货晚于合同12天", "合同约定交货期已过12天。"),
    ("说明书缺中文版第4章", "随机说明书缺页，无法培训操作工。"),
    ("发票抬头错误", "发票抬头少一个字，财务无法入账。"),
    ("配件报价迟迟未回复", "一周前询价，至今未回复。"),
)
STREETS = ("人民路", "中山路", "工业大道", "科技路")
CHANNELS = ("phone",) * 50 + ("visit",) * 15 + ("fax",) * 10 + ("letter",) * 5 + ("portal",) * 20


def staff(session: Session, password: str) -> None:
    """Six more technicians, eighty customers, twelve products, three hundred units in thirty batches."""
    random = Random(SEED)  # noqa: S311 (the same company every time)
    _technicians(session, password)
    _products(session, random)
    _customers(session, random)


def _technicians(session: Session, password: str) -> None:
    tech = session.scalars(select(Department).where(Department.code == "tech")).one()
    competences = session.scalars(select(Competence)).all()
    for number in range(3, 9):
        person = create_person(
            session, username=f"technician{number}", first_name=GIVEN[number - 3], last_name=FAMILIES[number],
            email=f"technician{number}@example.com", password=password, functions=("technician",), department=tech,
            position="技术员", mobile=f"1990009{number:04d}",
        )  # fmt: skip
        for item in competences:
            session.add(
                EmployeeCompetence(
                    user_id=person.user_id, competence_id=item.id, certificate_no=f"ZS-{item.code}-{number}",
                    valid_from=date(2024, 6, 1), valid_to=date(2026, 10, 31) if number == 8 else date(2028, 5, 31),
                )
            )  # fmt: skip
    assert session.get(Function, "technician")


def _products(session: Session, random: Random) -> None:
    categories = {row.code: row for row in session.scalars(select(ProductCategory))}
    for model, zh, en, category in MORE_PRODUCTS:
        session.add(
            Product(model=model, name_zh=zh, name_en=en, category_id=categories[category].id, warranty_months=18)
        )
    session.flush()
    products = session.scalars(select(Product).order_by(Product.id)).all()
    for number in range(270):
        product, batch = products[number % len(products)], number % 30
        made = date(2025, 1, 6) + timedelta(days=batch * 14)
        session.add(
            ProductUnit(
                product_id=product.id, serial_no=f"{product.model}-F{number:04d}", batch_no=f"P{batch:02d}",
                made_on=made, shipped_on=made + timedelta(days=random.randint(10, 60)),
            )
        )  # fmt: skip


def _customers(session: Session, random: Random) -> None:
    leaves = session.scalars(select(Region.adcode).where(Region.level == "county").order_by(Region.adcode)).all()
    at_home = [code for code in leaves if code.startswith("33")]
    others = [code for code in leaves if not code.startswith("33") and code not in REMOTE]
    far = [code for code in REMOTE if session.get(Region, code)]
    places = random.sample(at_home, 36) + random.sample(others, 26) + far
    for number, adcode in enumerate(places, 101):
        region = session.get_one(Region, adcode)
        name = f"{region.name[:2]}示例{TRADES[number % len(TRADES)]}{number - 100}有限公司"
        customer = Customer(
            name=name, level="key" if number % 20 == 0 else "normal", kind="enterprise", region_code=adcode,
            address=f"{random.choice(STREETS)} {random.randint(1, 300)} 号", line="mf",
            phone=f"1990000{number:04d}", email=f"customer{number}@example.com", language="zh",
        )  # fmt: skip
        session.add(customer)
        session.flush()
        contact = random.choice(FAMILIES) + random.choice(("经理", "工", "主任", "女士"))
        session.add(Contact(customer_id=customer.id, name=contact, mobile=f"1990003{number:04d}", is_signatory=True))


def plots(session: Session) -> Iterator[Plot]:
    """Complaints of eighteen months, in the shares of the demo scheme, and the fixed edge cases."""
    random = Random(SEED)  # noqa: S311 (the same company every time)
    customers = session.scalars(select(Customer.name).where(Customer.email.like("customer1__@%"))).all()
    products = session.scalars(select(Product.model).order_by(Product.id)).all()
    assert session.scalars(select(FailureMode.id)).first()
    yield from (plot for plot in _edges(clock.today(), customers[0], customers[1]) if plot.days_ago >= 0)
    for number in range(COMPLAINTS):
        days_ago = MONTHS * 30 - number * MONTHS * 30 // COMPLAINTS
        yield _plot(random, days_ago, random.choice(customers), random.choice(products))


def _plot(random: Random, days_ago: int, customer: str, product: str) -> Plot:
    clock_time = f"{random.randint(8, 10):02d}:{random.randint(0, 59):02d}"
    channel = random.choice(CHANNELS)
    contact = random.choice(FAMILIES) + "工"
    if random.random() < 0.35:
        subject, text = random.choice(NOT_QUALITY)
        return Plot(days_ago, clock_time, channel, customer, "", contact, subject, text, "", "minor", _talks(random))
    subject, text, mode = random.choice(TROUBLES)
    bad_batch = product == "LX-200" and mode == "leak"
    known_mode = mode if bad_batch or random.random() < 0.3 else ""
    return Plot(
        days_ago, clock_time, channel, customer, product, contact, f"{product} {subject}", text, "尽快处理",
        random.choice(("minor", "serious", "serious", "critical")), _repair(random), known_mode,
        "P07" if bad_batch and random.random() < 0.5 else "",
    )  # fmt: skip


def _talks(random: Random) -> tuple[Scene, ...]:
    talks = [
        Scene(day + 1, "10:00", "reception", "negotiate", {"content": "电话说明并道歉", "satisfied": False})
        for day in range(random.choice((0, 0, 0, 1)))
    ]
    settled = {"content": "顾客接受说明与补偿", "satisfied": True}
    return (
        Scene(0, "11:00", "reception", "classify_non_quality"),
        *talks,
        Scene(3, "10:00", "reception", "negotiate", settled),
        Scene(3, "10:10", "reception", "settle"),
    )


def _repair(random: Random) -> tuple[Scene, ...]:
    late = random.random() > 0.88
    day = 14 if late else 3
    reason = {"late_reason": "备件未到"} if late else {}
    way = (*TO_QC, drafted("现场检查并更换组件"), issued(), sent(), arrived(day, **reason))
    score = random.choice((3, 4, 4, 5, 5, 5))
    end = (signed(day, satisfaction=score), back(day + 2), filed(day + 2))
    chance = random.random()
    if chance < 0.60:
        result = "not" if random.random() < 0.04 else "effective"
        steps = (done(day), *end, notice(day + 3), closed(day + 4), *corrected(day + 3, "closed", result))
        return (*way, *steps) if random.random() > 0.06 else (*way, done(day), _rejected(day))
    if chance < 0.85:
        amount = f"{random.randint(5, 80) * 100}.00"
        paid = {"amount": amount, "receipt_no": f"SJ-{random.randint(1000, 9999)}", "paid_on": "today"}
        charged = done(day, "misuse", "paid_repair", charge=amount)
        payment = Scene(day + 3, "10:00", "finance", "record_payment", paid)
        return (*way, quoted(day, amount=amount), agreed(day), charged, *end, payment, closed(day + 4))
    blame = "third_party" if chance < 0.95 else "unclear"
    return (*way, done(day, blame, "explain"), *end, closed(day + 4))


def _rejected(day: int) -> Scene:
    return Scene(day + 1, "10:00", "technician", "reject", {"reason": "顾客认为问题未彻底解决"})


def _edges(today: date, one: str, two: str) -> Iterator[Plot]:
    """The dates and mishaps every release is looked at with."""

    def ago(year: int, month: int, day: int) -> int:
        return (today - date(year, month, day)).days

    head = ("phone", one, "HT-850", "王工")
    yield Plot(ago(2026, 2, 13), "09:00", *head, "春节前受理", "春节前一天受理。", "", "serious", _straight(8), "noise")
    yield Plot(ago(2026, 9, 29), "09:00", *head, "国庆前受理", "国庆前受理。", "", "serious", _straight(6), "noise")
    yield Plot(
        ago(2026, 2, 28), "09:00", *head, "调休周六受理", "调休的星期六受理。", "", "minor", _straight(5), "alarm"
    )
    yield Plot(40, "23:50", *head, "深夜来电", "23:50 来电。", "", "serious",
               (plan(0, "23:55"), Scene(1, "08:10", "reception", "hand_over", {"late_reason": "深夜来电"}),
                taken(1, "08:30")), "stall")  # fmt: skip
    yield Plot(50, "09:00", *head, "改派", "技术员生病改派。", "", "serious",
               (*TO_QC, drafted("检修"), issued(), sent(), Scene(2, "09:00", "qc_manager", "reassign", {
                   "technician": "technician3", "kind": "technician", "reason": "原技术员病假"})), "noise")  # fmt: skip
    yield Plot(45, "09:00", "phone", two, "LX-200", "李工", "首次来电", "泵漏液。", "", "serious", (plan(),), "leak")
    yield Plot(45, "09:30", "phone", two, "LX-200", "李工", "再次来电", "同一故障。", "", "serious",
               (Scene(0, "10:00", "reception", "merge", {"into": "previous"}),), "leak")  # fmt: skip
    yield Plot(44, "09:00", *head, "登记错误", "误登。", "", "minor",
               (Scene(0, "09:10", "reception", "void", {"reason": "误登"}),))  # fmt: skip
    yield Plot(42, "09:00", *head, "拒绝有偿", "撞刀。", "", "serious",
               (*TO_QC, drafted("检修"), issued(), sent(), arrived(3), quoted(3), agreed(3, accepted=False)),
               "accuracy")  # fmt: skip
    yield Plot(41, "09:00", *head, "拒绝签字", "异响未消除。", "", "serious",
               (*TO_QC, drafted("检修"), issued(), sent(), arrived(3), done(3), _rejected(3)), "noise")  # fmt: skip
    yield Plot(39, "09:00", *head, "签字后被改动", "异响。", "", "serious", _straight(3)[:8], "noise", tampered=True)


def _straight(day: int) -> tuple[Scene, ...]:
    end = (signed(day), back(day + 2), filed(day + 2))
    return (
        plan(),
        over(),
        taken(),
        drafted("检修"),
        issued(),
        sent(),
        arrived(day, late_reason="节假日"),
        done(day),
        *end,
    )
