"""A mail address is kept as every mail server takes it, or refused with a sentence."""

from __future__ import annotations

import pytest
from flask import Flask

from app.core.text.mail_address import sendable

KEPT = [
    ("li@example.com", "li@example.com"),
    ("mailto:li@example.com", "li@example.com"),
    ("MAILTO:li@example.com?subject=Hello", "li@example.com"),
    ("李明 <li@example.com>", "li@example.com"),
    ("＜li@example.com＞", "li@example.com"),
    ("<mailto:li@example.com>", "li@example.com"),
    ("li@example.com，", "li@example.com"),
    ("li@example.com。", "li@example.com"),
    ("li@example.com；", "li@example.com"),
    ("li@example.com;.", "li@example.com"),
    ("“li@example.com”", "li@example.com"),
    ("ｌｉ＠ｅｘａｍｐｌｅ．ｃｏｍ", "li@example.com"),
    ("li@example。com", "li@example.com"),
    ("li @ example.com", "li@example.com"),
    ("\u202dli\u200b@example.com\u202c", "li@example.com"),
    ("Li.Ming+sales@EXAMPLE.com.cn", "Li.Ming+sales@example.com.cn"),
    ("li@例子.中国", "li@xn--fsqu00a.xn--fiqs8s"),
    ("li@xn--fsqu00a.xn--fiqs8s", "li@xn--fsqu00a.xn--fiqs8s"),
    ("li@mail.company.local", "li@mail.company.local"),
]
WRONG = [
    *("nobody", "@example.com", "li@", "li@example", "li@example.c", "li@-example.com", "li@exam_ple.com"),
    *("li..ming@example.com", "li@[10.0.0.1]", "li@10.0.0.1", "李明@example.com", "li@example.com; wang@example.com"),
    *("li@example.com\nBcc: all@example.com", "li@localhost", "li@example.invalid", "x" * 65 + "@example.com"),
    *("li@" + "b" * 64 + ".com", '"li ming"@example.com', "li@exa mple.com", "http://example.com"),
]


@pytest.fixture
def english(app: Flask):
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        yield


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(("typed", "kept"), KEPT)
def test_an_address_is_kept_as_mail_servers_take_it(typed: str, kept: str):
    assert sendable(typed) == kept == sendable(kept)


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("typed", WRONG)
def test_an_address_no_mail_can_be_sent_to_is_refused_in_a_sentence(typed: str):
    with pytest.raises(ValueError, match=r"^[A-Z][^<]+\.$"):
        sendable(typed)


DOORS = {
    "customer": ("reception", {"name": "新顾客"}),
    "contact": ("reception", {"name": "李明", "customer": 1}),
    "department": ("admin", {"code": "hotline", "name_zh": "热线部", "name_en": "Hotline"}),
    "employee": ("admin", {"username": "li_ming", "last_name": "李", "password": "A-Password-2026!"}),
}


@pytest.mark.parametrize("door", DOORS)
def test_every_door_refuses_what_cannot_be_sent_and_cleans_the_rest(as_role, rest, door: str):
    login, facts = DOORS[door]
    browser, program = as_role(login), rest(login)
    for wrong in ("李明@example.com", "li@example", "li@example.com; wang@example.com"):
        answer = program.post(f"{door}/", {**facts, "email": wrong})
        assert answer.status_code == 422
        assert list(answer.json["message"]) == ["email"]
        page = browser.post(f"/{door}/add", {**facts, "email": wrong})
        assert page.status_code == 422
        assert answer.json["message"]["email"][0] in page.text
    answer = program.post(f"{door}/", {**facts, "email": "mailto:li@例子.中国。"})
    assert answer.status_code == 201, answer.json
    assert answer.json["result"]["email"] == "li@xn--fsqu00a.xn--fiqs8s"


def test_who_makes_the_first_administrator_may_paste_the_address(app: Flask):
    from app.cli import create_admin

    given = ["--username", "root\u200b", "--email", "Root <root@例子.中国>", "--password", "A-Password-2026!"]
    answer = app.test_cli_runner().invoke(create_admin, given)
    assert answer.exit_code == 0, answer.output
    refused = app.test_cli_runner().invoke(create_admin, [*given[:3], "root@nowhere", *given[4:]])
    assert refused.exit_code == 1
    client = app.test_client()
    client.post("/login/", data={"username": "root@xn--fsqu00a.xn--fiqs8s", "password": "A-Password-2026!"})
    assert client.get("/profile/").status_code == 200
