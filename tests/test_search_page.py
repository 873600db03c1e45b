"""The search of the top bar knows every kind of record, and nothing that its reader may not see."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from app.complaints.consultation import Consultation
from app.core.kind.registry import KINDS
from app.core.record.records import Record
from tests.complaints.conftest import Line, line
from tests.corrective.test_corrective import Notices
from tests.support import counted
from tests.test_offered import LIVES, LOGINS

__all__ = ["line"]
MOST_STATEMENTS = 12


def asked(browser: Any, typed: str) -> Any:
    return browser.get("/search/", query_string={"q": typed})


def shown(answer: Any) -> list[str]:
    """What was found, in its order, or where the search leads."""
    if answer.status_code == 302:
        return [answer.headers["Location"]]
    return re.findall(r'href="(/\w+/show/\d+)"', answer.text)


def one_of_each(line: Line, subject: str) -> dict[str, int]:
    """A complaint, the question about it, a notice and a report of one subject."""
    number = line.at("at_qc", subject=subject)
    line.must("qc", number, "consult", departments=["production"])
    notice = {"responsible_department": "production", "problem": subject, "requirement": "no repeat"}
    report = {"reason": "other", "subject": subject}
    consultation = select(Consultation.id).where(Consultation.complaint_id == number)
    return {
        "complaint": number,
        "consultation": line.session.scalars(consultation).one(),
        "corrective_action": int(line.by("qc").post("corrective_action/", notice).json["id"]),
        "gm_report": int(line.by("sales_manager").post("gm_report/", report).json["id"]),
    }


@pytest.mark.parametrize("kind", sorted(LIVES))
def test_a_record_of_every_kind_is_found_by_its_number_by_those_alone_who_may_see_it(
    kind: str, line: Line, as_role: Any
):
    some = LIVES[kind](line)[::4]
    numbers = {number: line.session.get_one(Record, number).number for number in some}
    found = 0
    for login in LOGINS:
        browser, rest = as_role(login), line.by(login)
        for number, name in numbers.items():
            sees = rest.get(f"{kind}/{number}").status_code == 200
            there = f"/{kind}/show/{number}"
            assert (there in shown(asked(browser, name))[:1]) == sees, (login, name)
            found += sees
    assert 0 < found < len(LOGINS) * len(numbers)


def test_every_kind_has_its_group_under_its_own_name(line: Line, as_role: Any):
    made = one_of_each(line, "液压夹具松脱")
    assert set(made) == set(KINDS) == set(LIVES)
    page = asked(as_role("auditor", "zh"), "夹具松脱")
    assert shown(page) == [f"/{kind}/show/{made[kind]}" for kind in KINDS]
    for kind in made:
        assert f'id="h-{kind}"' in page.text
    assert "会同意见" in page.text and "纠正措施" in page.text
    narrow = shown(asked(as_role("production_manager", "zh"), "夹具松脱"))
    assert f"/consultation/show/{made['consultation']}" in narrow
    assert f"/gm_report/show/{made['gm_report']}" not in narrow


def test_the_very_number_leads_there_where_it_is_all_there_is(line: Line, as_role: Any):
    made = one_of_each(line, "液压夹具松脱")
    auditor = as_role("auditor")
    for kind in ("consultation", "corrective_action", "gm_report"):
        name = line.session.get_one(Record, made[kind]).number
        for typed in (name, name.lower(), name.replace("-", ""), name.replace("-", " ")):
            answer = asked(auditor, typed)
            assert (answer.status_code, shown(answer)) == (302, [f"/{kind}/show/{made[kind]}"]), typed
    assert line.session.get_one(Record, made["consultation"]).number.endswith("-H1")
    assert line.session.get_one(Record, made["gm_report"]).number.startswith("ZD-")
    name = line.session.get_one(Record, made["complaint"]).number
    assert shown(asked(auditor, name)) == [f"/{kind}/show/{made[kind]}" for kind in ("complaint", "consultation")]


def test_the_very_number_and_its_kind_stand_first_then_the_newest(line: Line, as_role: Any):
    notice = one_of_each(line, "液压夹具松脱")["corrective_action"]
    number = line.session.get_one(Record, notice).number
    later = [Notices(line).draft(problem=f"同 {number}") for _each in range(6)]
    complaint = line.register(subject=f"见 {number}")
    assert shown(asked(as_role("auditor"), number)) == [
        *(f"/corrective_action/show/{each}" for each in (notice, *later[:-5:-1])),
        f"/complaint/show/{complaint}",
    ]


def test_the_search_asks_as_often_for_many_records_as_for_few(line: Line, app: Any, as_role: Any):
    one_of_each(line, "液压夹具松脱")
    for login in ("auditor", "reception", "production_manager", "technician"):
        browser = as_role(login)
        asked(browser, "夹具")
        with counted() as few:
            asked(browser, "夹具 松脱")
        for _each in range(2):
            one_of_each(line, "液压夹具松脱")
        with counted() as many:
            asked(browser, "夹具 松脱")
        assert len(many) <= min(len(few), MOST_STATEMENTS), (login, many)


@pytest.mark.parametrize("kind", sorted(LIVES))
def test_the_list_of_every_kind_is_searched_by_number_and_subject(kind: str, line: Line, as_role: Any):
    made = one_of_each(line, "液压夹具松脱")[kind]
    auditor = as_role("auditor")
    for typed in (line.session.get_one(Record, made).number, "夹具", "夹具 松脱"):
        assert f"/{kind}/show/{made}" in auditor.get(f"/{kind}/list/", query_string={"q": typed}).text, typed
    assert f"/{kind}/show/{made}" not in auditor.get(f"/{kind}/list/", query_string={"q": "夹松"}).text


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_several_words_of_one_character_are_told_what_one_is(line: Line, as_role: Any, locale: str):
    line.register(subject="液压夹具松脱", contact_name="李　明")
    reception = as_role("reception", locale)
    told = {
        re.sub(r"<h1.*?</h1>", "", re.search(r"<h1.*</main>", asked(reception, typed).text, re.DOTALL)[0])  # type: ignore[index]
        for typed in ("漏", "机 漏", "机 漏 油")
    }
    assert len(told) == 1
    lists = [reception.get("/complaint/list/", query_string={"q": typed}).text for typed in ("漏", "机 漏")]
    said = [re.findall(r'<p class="err" role="status">(.*?)</p>', page) for page in lists]
    assert said[0] == said[1] != []
    assert shown(asked(reception, "李 明")), "a name set wide"
