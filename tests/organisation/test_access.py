"""Who may do what: saved as the differences that were ticked, felt at the next click, never wiped."""

from __future__ import annotations

import html
import re

import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import func, select, text

from app.core.process.turns import Function
from app.organisation.granting import catalogue


class Matrix:
    """The page of one area as an administrator's browser holds it; ticks are read as role|permission|thing."""

    def __init__(self, browser, group="complaints"):
        self.browser, self.group = browser, group
        self.text = browser.get(f"/access/?group={group}").text
        self.form = self.text[self.text.index("<table>") :]
        self.rights = self.hidden("rights").split()
        self.on = {self.words(tick) for tick in self.hidden("was").split()}
        self.was = self.hidden("was")

    def hidden(self, name):
        return html.unescape(re.search(rf'name="{name}" value="([^"]*)"', self.form).group(1))

    def words(self, tick):
        role, row = tick.split(".")
        return f"{role}|{self.rights[int(row)]}"

    def tick(self, words):
        role, _bar, right = words.partition("|")
        return f"{role}.{self.rights.index(right)}"

    def save(self, **extra):
        sent = {"group": self.group, "rights": " ".join(self.rights), "was": self.was, "complete": "yes"}
        return self.browser.post("/access/save", {**sent, "on": sorted(map(self.tick, self.on)), **extra})


def role_of(session, code):
    return session.scalars(select(Function.role_id).where(Function.code == code)).one()


def granted(session):
    session.rollback()
    return session.scalar(select(func.count()).select_from(text("ab_permission_view_role")))


def test_rights_are_sentences_in_both_languages(as_role):
    english, chinese = as_role("admin").get("/access/").text, as_role("admin", "zh").get("/access/").text
    assert (
        "see the list" in english
        and "(2.1)" in as_role("admin").get("/access/?group=complaints.steps").text
        and "hand_over" not in re.sub(r'value="[^"]*"', "", english)
    )
    assert "接待主管" in chinese and "顾客接待部" in chinese


def test_every_area_is_a_page_of_at_most_60_kb_and_together_they_hold_every_right(as_role, session, app):
    admin = as_role("admin", "zh")
    groups = re.findall(r"/access/(?:list/)?\?group=([\w.]+)", admin.get("/access/").text)
    seen = []
    for group in dict.fromkeys(groups):
        page = Matrix(admin, group)
        assert len(page.text.encode()) <= 60_000, group
        seen += page.rights
    assert "complaints.steps.2" in groups
    assert len(seen) == len(set(seen))
    with app.app_context():
        assert {"|".join(pair) for pair in catalogue(session)} == set(seen)


def test_a_right_taken_away_is_gone_at_the_next_click_and_comes_back(as_role, session):
    sales, admin = as_role("sales"), as_role("admin")
    ticks = {f"{role_of(session, code)}|can_list|Customer" for code in ("sales", "sales_manager")}
    assert sales.get("/customer/list/").status_code == 200
    page = Matrix(admin, "customers")
    assert ticks <= page.on
    page.on -= ticks
    assert page.save().status_code == 302
    assert sales.get("/customer/list/").status_code in (302, 403)
    page = Matrix(admin, "customers")
    page.on |= ticks
    assert page.save().status_code == 302
    assert sales.get("/customer/list/").status_code == 200


def test_only_the_differences_are_written(as_role, session):
    """Two administrators with the same page open: neither undoes what the other did."""
    role = role_of(session, "finance")
    first, second = Matrix(as_role("admin"), "customers"), Matrix(as_role("admin"), "customers")
    first.on.add(f"{role}|can_export|Customer")
    second.on.add(f"{role}|can_edit|Contact")
    before = granted(session)
    assert first.save().status_code == 302 and second.save().status_code == 302
    assert granted(session) == before + 2


@pytest.mark.parametrize(
    "change",
    [
        {"on": ["999999.0"]},
        {"on": ["1.0"], "rights": "can_fly|Customer", "was": ""},
        {"on": ["x"]},
        {"on": ["1.999"]},
        {"complete": ""},
        {"was": "1.999", "on": []},
        {"on": ["1.0"], "rights": "can_list|ab_user", "was": ""},
    ],
)
def test_what_is_unknown_or_incomplete_is_refused_whole(as_role, session, change):
    page, before = Matrix(as_role("admin"), "customers"), granted(session)
    answer = page.save(**{"on": sorted(map(page.tick, page.on))[:10], **change})
    assert answer.status_code == 409 and "nothing was changed" in answer.text
    assert granted(session) == before


def test_a_page_without_its_list_of_ticks_wipes_nothing(as_role, session):
    before = granted(session)
    as_role("admin").post("/access/save", {"complete": "yes"})
    assert granted(session) == before


def test_the_administrators_do_not_lock_themselves_out(as_role, session):
    page = Matrix(as_role("admin"), "organisation")
    page = Matrix(as_role("admin"), "administration")
    page.on.discard(f"{role_of(session, 'admin')}|can_edit|Access")
    answer = page.save()
    assert answer.status_code == 409 and "nobody could manage" in answer.text
    assert as_role("admin").get("/access/").status_code == 200


def test_a_role_of_the_companys_own(as_role, session):
    admin = as_role("admin")
    assert "was made" in admin.post("/access/role", {"name": "Warehouse"}, follow_redirects=True).text
    assert "name of its own" in admin.post("/access/role", {"name": "Warehouse"}, follow_redirects=True).text
    role = session.scalars(select(Role.id).where(Role.name == "Warehouse")).one()
    page = Matrix(admin, "products")
    page.on |= {f"{role}|can_list|Product", f"{role}|can_show|Product"}
    assert page.save().status_code == 302
    assert "Warehouse" in admin.get("/department/add").text


def test_a_renamed_role_keeps_its_function(as_role, session, rest):
    admin = as_role("admin")
    number = role_of(session, "reception")
    assert admin.post("/access/role", {"role": number, "name": "Front desk"}).status_code == 302
    assert "Front desk" in admin.get("/access/").text
    assert as_role("reception").get("/complaint/add").status_code == 200
    assert "no such role" in admin.post("/access/role", {"role": 99999, "name": "Nobody"}, follow_redirects=True).text


def test_a_right_nobody_had_so_far_can_be_given(as_role, session):
    """Rights of pages that the seeds give to nobody are offered too."""
    admin, role = as_role("admin"), role_of(session, "sales_manager")
    page = Matrix(admin, "customers")
    page.on.add(f"{role}|can_delete|Customer")
    assert page.save().status_code == 302
    assert "Really delete" in as_role("sales_manager").get("/customer/show/1").text


def test_by_get_nothing_is_saved(as_role):
    assert as_role("admin").get("/access/save").status_code == 405


def test_the_page_stays_small(as_role):
    for group in ("", "complaints", "corrective", "customers", "products", "organisation", "administration"):
        assert len(as_role("admin", "zh").get(f"/access/?group={group}").data) <= 60 * 1024, group


def test_with_more_roles_the_tabs_hold_fewer_rights_and_stay_small(as_role, session):
    admin = as_role("admin", "zh")
    for number in range(12):
        admin.post("/access/role", {"name": f"Another desk {number}"})
    groups = dict.fromkeys(re.findall(r"/access/(?:list/)?\?group=([\w.]+)", admin.get("/access/").text))
    pages = [Matrix(admin, group) for group in groups]
    assert max(len(page.text.encode()) for page in pages) <= 60_000
    rights = [right for page in pages for right in page.rights]
    assert len(rights) == len(set(rights)) and "can_list|Access" in rights and "hand_over|Complaint" in rights
