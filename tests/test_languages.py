"""Chinese pages are Chinese: no English word is left in what the portal itself says."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

PAGES = {
    "reception": (
        "/",
        "/complaint/list/",
        "/complaint/add",
        "/customer/list/",
        "/customer/add",
        "/notices/",
        "/search/?q=TS",
        "/profile/",
    ),
    "gm": (
        "/compliance/",
        "/compliance/2.1",
        "/regulation/",
        "/regulation/2.1",
        "/regulation/2.6",
        "/regulation/4.4",
        "/consultation/list/",
        "/gm_report/list/",
        "/major/",
    ),
    "sales_manager": ("/gm_report/add", "/major/"),
    "qc": ("/return_slips/", "/consultation/list/"),
    "qc_manager": ("/corrective_action/list/", "/corrective_action/add", "/competence/list/", "/outbox/list/"),
    "admin": (
        "/department/list/",
        "/department/add",
        "/employee/list/",
        "/employee/add",
        "/region/list/",
        "/access/",
        "/deadline_rule/list/",
        "/calendar/",
        "/settings/",
        "/mail_text/",
        "/mail_text/complaint_created/zh",
        "/told_beside/",
        "/told_beside/complaint/register",
        "/decision/list/",
        "/product/list/",
        "/product_unit/list/",
        "/nowhere",
    ),
}
SILENT = {"script", "style", "textarea", "option", "td", "dd", "code"}  # cells, values and options are data
ALLOWED = {"English", "Excel", "example", "REST", "rison", "portal", "audit", "verify", "YYYY"}


class Words(HTMLParser):
    """What a person reads on a page that is not data, labels of fields included."""

    def __init__(self) -> None:
        super().__init__()
        self.depth, self.text = 0, []

    def handle_starttag(self, tag, attrs):
        if tag in SILENT:
            self.depth += 1
        told = dict(attrs)
        self.text += [told[name] or "" for name in ("aria-label", "placeholder", "title", "alt") if name in told]

    def handle_endtag(self, tag):
        if tag in SILENT:
            self.depth -= 1

    def handle_data(self, data):
        if not self.depth:
            self.text.append(data)


def read(html: str) -> str:
    words = Words()
    words.feed(html)
    return " ".join(words.text)


@pytest.mark.parametrize("login", PAGES)
def test_no_english_word_is_left_on_a_chinese_page(as_role, login: str):
    person = as_role(login, "zh")
    left = {}
    for page in PAGES[login]:
        words = set(re.findall(r"[A-Za-z]{4,}", read(person.get(page).text))) - ALLOWED
        if words:
            left[page] = words
    assert left == {}


@pytest.mark.parametrize("login", PAGES)
def test_no_chinese_word_is_left_on_an_english_page(as_role, login: str):
    person = as_role(login, "en")
    left = {}
    for page in PAGES[login]:
        words = set(re.findall(r"[\u4e00-\u9fff]{2,}", read(person.get(page).text))) - {"中文", "售后服务门户"}
        names = {word for word in words if len(word) <= 3}  # people keep their names
        if words - names:
            left[page] = words - names
    assert left == {}


def test_a_record_page_speaks_chinese(as_role, rest):
    from tests.complaints.conftest import NINGBO

    made = rest("reception").post(
        "complaint/",
        {"channel": "phone", "customer": 1, "site_region": NINGBO, "subject": "主轴异响", "description": "异响"},
    )
    page = as_role("reception", "zh").get(f"/complaint/show/{made.json['id']}")
    assert set(re.findall(r"[A-Za-z]{4,}", read(page.text))) - ALLOWED == set()
