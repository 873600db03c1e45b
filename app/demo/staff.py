"""Departments, people, customers and products of the test company 浙江示例精密机械有限公司."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from app.core import settings
from app.core.process.turns import Function
from app.core.time import clock
from app.customers.models import Contact, Customer, FailureMode, Product, ProductCategory, ProductUnit
from app.organisation.models import Competence, Department, EmployeeCompetence, Region
from app.organisation.people import create_person
from app.organisation.regions import import_regions

DEPARTMENTS = (  # code, names, kind, line, plain functions of the whole department
    ("reception", "顾客接待部", "Reception", "reception", "mf", ("reception",)),
    ("qc", "质检部", "Quality Control", "qc", "mf", ("qc",)),
    ("tech", "技术部", "Engineering Service", "tech", "mf", ()),
    ("production", "生产部", "Production", "production", "mf", ()),
    ("engineering", "工程部", "Construction Engineering", "tech", "re", ()),
    ("sales", "销售部", "Sales", "sales", "mf", ("sales",)),
    ("marketing", "营销部", "Marketing", "marketing", "re", ()),
    ("finance", "财务部", "Finance", "finance", "both", ("finance",)),
    ("property", "示例物业公司", "Example Property Management", "property", "re", ("property",)),
    ("management", "公司领导", "Management", "management", "both", ()),
    ("audit", "审计部", "Audit", "audit", "both", ("auditor",)),
)
PEOPLE = (  # login, family name, given name, department, own functions, position
    ("reception", "张", "敏", "reception", (), "接待员"),
    ("reception_lead", "陈", "洁", "reception", ("reception_lead",), "接待主管"),
    ("qc", "王", "芳", "qc", (), "质检员"),
    ("qc_manager", "刘", "建国", "qc", ("qc_manager",), "质检部经理"),
    ("inspector", "周", "涛", "tech", ("inspector",), "检验员"),
    ("technician", "李", "志强", "tech", ("technician",), "技术员"),
    ("technician2", "赵", "国庆", "tech", ("technician",), "技术员"),
    ("tech_manager", "孙", "立", "tech", ("department_manager",), "技术部经理"),
    ("production_manager", "吴", "海", "production", ("department_manager",), "生产部经理"),
    ("sales", "郑", "丽", "sales", (), "销售员"),
    ("sales_manager", "冯", "伟", "sales", ("sales_manager",), "销售部经理"),
    ("marketing", "蒋", "婷", "marketing", ("marketing",), "营销部售后"),
    ("marketing_manager", "沈", "磊", "marketing", ("marketing_manager",), "营销部经理"),
    ("agent", "韩", "雪", "marketing", ("agent",), "业务人员"),
    ("finance", "杨", "静", "finance", (), "会计"),
    ("property", "朱", "军", "property", (), "物业管家"),
    ("leader", "秦", "明", "management", ("leader",), "分管领导"),
    ("gm", "许", "文华", "management", ("gm",), "总经理"),
    ("auditor", "Lin", "Grace", "audit", (), "Auditor"),
    ("admin", "管", "理员", "management", ("admin",), "管理员"),
)
MANAGERS = {
    "reception": "reception_lead",
    "qc": "qc_manager",
    "tech": "tech_manager",
    "sales": "sales_manager",
    "production": "production_manager",
    "marketing": "marketing_manager",
    "management": "gm",
}
REACHED = {  # how customers reach the company
    "phone": "0571-88880000",
    "mail": "service@example.com",
    "hours": "周一至周五 8:30–17:30",
    "hours_en": "Monday to Friday, 8:30–17:30",
}
REMOTE = ("540630", "653131", "150784", "632701", "542523", "533422", "232701", "460300")
CATEGORIES = (
    ("cnc", "数控机床", "CNC machines"),
    ("pump", "泵类", "Pumps"),
    ("valve", "阀门", "Valves"),
    ("electric", "电控设备", "Electrical controls"),
)
COMPETENCES = (
    ("cnc_electric", "数控机床电气", "CNC electrics", "cnc"),
    ("pump_mechanic", "泵类机械", "Pump mechanics", "pump"),
    ("valve_fitting", "阀门装配", "Valve fitting", "valve"),
    ("control_systems", "电控系统", "Control systems", "electric"),
)
PRODUCTS = (
    ("HT-850", "立式加工中心", "Vertical machining centre", "cnc", 24),
    ("HT-650", "钻攻中心", "Drilling centre", "cnc", 24),
    ("LX-200", "离心泵", "Centrifugal pump", "pump", 18),
    ("DN50-F", "不锈钢阀门", "Stainless valve", "valve", 12),
    ("DK-30", "电控柜", "Control cabinet", "electric", 12),
)
FAILURE_MODES = (
    ("noise", "异响", "Abnormal noise"),
    ("accuracy", "精度超差", "Out of tolerance"),
    ("leak", "渗漏", "Leakage"),
    ("alarm", "误报警", "False alarm"),
    ("stall", "停机", "Stops running"),
    ("crack", "开裂", "Crack"),
)
CUSTOMERS = (  # name, level, adcode, street, contact
    ("苏州示例电梯部件有限公司", "normal", "320583", "前进东路 88 号", "钱经理"),
    ("宁波示例精密机械有限公司", "normal", "330206", "明州路 12 号", "胡工"),
    ("台州示例泵业有限公司", "key", "331003", "黄椒路 5 号", "叶主任"),
    ("杭州示例包装设备有限公司", "normal", "330110", "文一西路 99 号", "马女士"),
    ("西藏示例水务有限公司", "normal", "540630", "措折罗玛镇 1 号", "次仁"),
    ("北京示例阀门有限公司", "normal", "110105", "建国路 88 号", "高先生"),
    ("长春示例汽车零部件有限公司", "normal", "220104", "前进大街 20 号", "关工"),
    ("香港示例贸易有限公司", "normal", "810000", "Example Road 8", "Ms Ho"),
    ("漠河示例林业机械有限公司", "normal", "232701", "振兴街 3 号", "尹师傅"),
    ("绍兴示例纺织机械有限公司", "normal", "330602", "解放北路 66 号", "鲁工"),
)


def hire(session: Any, password: str) -> None:
    """Everybody and everything a complaint needs, but no complaint."""
    import_regions(session)
    _flag_remote(session)
    for name, value in REACHED.items():
        settings.put(session, f"company_{name}", value)
    departments = _departments(session)
    people = {
        login: create_person(
            session,
            username=login,
            first_name=given,
            last_name=family,
            email=f"{login}@example.com",
            password=password,
            functions=functions,
            department=departments[code],
            locale="en" if login == "auditor" else "zh",
            position=position,
            mobile=f"1990000{number:04d}",
        )
        for number, (login, family, given, code, functions, position) in enumerate(PEOPLE, 1)
    }
    for code, login in MANAGERS.items():
        departments[code].manager_id = people[login].user_id
    session.flush()
    _competences(session, {login: person.user_id for login, person in people.items()})
    _customers(session, people["sales"].user_id)


def _flag_remote(session: Any) -> None:
    for adcode in REMOTE:
        region = session.get(Region, adcode)
        if region is not None:
            region.is_remote = True


def _departments(session: Any) -> dict[str, Department]:
    found = {}
    for code, zh, en, kind, line, functions in DEPARTMENTS:
        department = Department(code=code, name_zh=zh, name_en=en, kind=kind, line=line, email=f"{code}@example.com")
        session.add(department)
        session.flush()
        department.grant(session, [session.get(Function, function).role for function in functions])
        found[code] = department
    return found


def _competences(session: Any, users: dict[str, int]) -> None:
    categories = {code: ProductCategory(code=code, name_zh=zh, name_en=en) for code, zh, en in CATEGORIES}
    session.add_all(categories.values())
    session.flush()
    today = clock.today()
    for code, zh, en, category in COMPETENCES:
        item = Competence(code=code, name_zh=zh, name_en=en, product_category_id=categories[category].id)
        session.add(item)
        session.flush()
        for login in ("technician", "inspector"):
            session.add(
                EmployeeCompetence(
                    user_id=users[login],
                    competence_id=item.id,
                    certificate_no=f"ZS-{code}-{login}",
                    valid_from=date(2024, 1, 1),
                    valid_to=today + timedelta(days=700),
                )
            )
        if code == "cnc_electric":
            session.add(
                EmployeeCompetence(
                    user_id=users["technician2"],
                    competence_id=item.id,
                    certificate_no="ZS-OLD",
                    valid_from=date(2022, 11, 1),
                    valid_to=date(2026, 10, 31),
                )
            )
    session.add_all(FailureMode(code=code, name_zh=zh, name_en=en) for code, zh, en in FAILURE_MODES)
    for number, (model, zh, en, category, months) in enumerate(PRODUCTS, 1):
        product = Product(
            model=model, name_zh=zh, name_en=en, category_id=categories[category].id, warranty_months=months
        )
        session.add(product)
        session.flush()
        for unit in range(1, 7):
            session.add(
                ProductUnit(
                    product_id=product.id,
                    serial_no=f"{model}-{2600 + number:04d}{unit:02d}",
                    batch_no=f"B26{number:02d}",
                    made_on=date(2026, 1, 10),
                    shipped_on=date(2026, 2, 20),
                )
            )


def _customers(session: Any, seller: int) -> None:
    for number, (name, level, adcode, street, contact) in enumerate(CUSTOMERS, 1):
        customer = Customer(
            name=name,
            level=level,
            kind="enterprise",
            region_code=adcode,
            address=street,
            line="mf",
            phone=f"1990001{number:04d}",
            email=f"customer{number}@example.com",
            language="zh",
            sales_owner_id=seller if number % 2 else None,
        )
        session.add(customer)
        session.flush()
        session.add(Contact(customer_id=customer.id, name=contact, mobile=f"1990002{number:04d}", is_signatory=True))
    session.flush()
