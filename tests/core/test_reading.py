"""Names stand in the order in which they are read: Chinese ones by pinyin, then the others by their letters."""

from __future__ import annotations

import random

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.core.text.reading import reading
from app.customers.models import Customer
from app.organisation.models import EmployeeProfile

ORDER = ["阿明", "安康", "李", "李明", "林涛", "区明", "欧阳娜", "单芳", "王五", "解明", "曾国", "张三", "张四"]
ORDER += ["Anna Lee", "Émile Zola", "eva", "Zoë"]


def test_names_stand_in_the_order_of_reading_and_not_of_code_points():
    mixed = random.Random(1).sample(ORDER, len(ORDER))
    assert sorted(mixed, key=reading) == ORDER
    assert sorted(mixed) != ORDER


def test_a_place_is_no_longer_than_its_column():
    assert len(reading("宁" * 120)) == 240 == len(reading("宁波" * 200))
    assert reading("") == "1"


def employ(rest, *people: tuple[str, str, str]) -> None:
    for login, last, first in people:
        body = {"username": login, "last_name": last, "first_name": first, "email": f"{login}@example.org"}
        answer = rest.post("employee/", {**body, "password": "A-Password-2026!", "roles": ["technician"]})
        assert answer.status_code == 201, answer.json


def renamed(admin, number: int, **names: str) -> str:
    seen = admin.get(f"employee/{number}").json["result"]["version"]
    answer = admin.put(f"employee/{number}", names, headers={"If-Match": str(seen)})
    assert answer.status_code == 200, answer.json
    return str(answer.json["result"]["name"])


def readings(texts: list[str]) -> list[str]:
    return [reading(text.split(" · ")[0]) for text in texts]


@pytest.mark.parametrize("name", ["employee", "user", "technician"])
def test_colleagues_are_offered_in_the_order_of_reading(rest, as_role, name: str):
    employ(rest("admin"), ("aaa", "赵", "一"), ("zzz", "阿", "二"), ("mmm", "Lee", "Anna"))
    found = as_role("qc_manager").get(f"/lookup/{name}", query_string={"term": ""}).json["results"]
    told = readings([row["text"] for row in found])
    assert len(told) > 4
    assert told == sorted(told)


def test_the_list_of_colleagues_stands_in_the_order_of_reading_also_after_a_marriage(rest, as_role, session):
    employ(rest("admin"), ("aaa", "赵", "一"), ("zzz", "阿", "二"))
    page = as_role("admin").get("/employee/list/?size=100").text
    assert page.index("阿二") < page.index("李") < page.index("赵一")
    number = session.scalars(select(User.id).where(User.username == "aaa")).one()
    renamed(rest("admin"), number, last_name="艾")
    assert session.get(EmployeeProfile, number).reading == reading("艾一")
    page = as_role("admin").get("/employee/list/?size=100&order=-name").text
    assert page.index("李") < page.index("艾一") < page.index("阿二")


def test_customers_and_contacts_are_offered_in_the_order_of_reading(rest, as_role, session):
    reception = rest("reception")
    for name in ("中兴示例厂", "阿里示例厂", "Zeta Example", "Alpha Example"):
        number = reception.post("customer/", {"name": name}).json["id"]
        reception.post("contact/", {"name": name[:2], "customer": number})
    for lookup in ("customer", "contact"):
        found = as_role("reception").get(f"/lookup/{lookup}", query_string={"term": ""}).json["results"]
        told = readings([row["text"] for row in found])
        assert len(told) > 3
        assert told == sorted(told)
    page = as_role("reception").get("/customer/list/?order=name&size=100").text
    assert page.index("阿里示例厂") < page.index("宁波示例") < page.index("中兴示例厂") < page.index("Alpha Example")
    assert {reading(row.name) == row.reading for row in session.scalars(select(Customer))} == {True}


def test_a_person_may_have_one_name(rest, as_role, session):
    admin, page = rest("admin"), as_role("admin")
    for login, facts in (("suharto", {"first_name": "Suharto"}), ("madonna", {"last_name": "Madonna"})):
        body = {"username": login, "email": f"{login}@example.org", "password": "A-Password-2026!", **facts}
        answer = admin.post("employee/", body)
        assert answer.status_code == 201, answer.json
        assert answer.json["result"]["name"] == next(iter(facts.values()))
        by_page = {**body, "username": f"{login}2", "email": f"{login}2@example.org"}
        assert page.post("/employee/add", by_page).status_code == 302
    assert "Suharto" in page.get("/employee/list/?q=Suharto").text
    number = session.scalars(select(User.id).where(User.username == "madonna")).one()
    assert renamed(admin, number, last_name="", first_name="阿木") == "阿木"


def test_a_person_without_any_name_is_refused(rest, as_role):
    body = {"username": "nobody", "email": "nobody@example.org", "password": "A-Password-2026!"}
    body |= {"last_name": "\u200b", "first_name": "\u3000"}
    answer = rest("admin").post("employee/", body)
    assert answer.status_code == 422
    assert answer.json["message"]["last_name"] == ["Type the family name, the given name, or both."]
    assert "Type the family name, the given name, or both." in as_role("admin").post("/employee/add", body).text
