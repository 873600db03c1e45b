"""The technician's phone at 390 px: the network goes in the middle of a visit, and nothing is lost or done twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.record.attachments import Attachment
from app.core.record.history import History
from app.core.record.records import Comment, Record
from app.core.time import clock
from app.extensions import db
from tests.complaints.conftest import FOUND, Line
from tests.support import PASSWORD, Rest

pytestmark = pytest.mark.browser
WAIT = 60_000  # a busy machine is slow, not wrong
STEPS = ("depart", "arrive", "investigate", "complete", "confirm", "back_at_company", "return_form")
LOSE = """step => { const real = window.fetch; window.lost = 0; window.fetch = (address, options) =>
    String(address).endsWith('/' + step) && !window.lost
        ? real(address, options).then(() => { window.lost = 1; throw new TypeError('the answer is lost'); })
        : real(address, options); }"""
SMALL = """[...document.querySelectorAll('button, a, select, textarea, summary, input:not([type=hidden], [type=file])')]
    .filter(item => item.getClientRects().length)
    .map(item => [item.matches('[type=radio]') ? item.closest('label') : item, item])
    .filter(([target]) => target.getBoundingClientRect().height < 44)
    .map(([target, item]) => item.outerHTML.slice(0, 120))"""


@pytest.fixture
def live(portal: tuple[Flask, str]) -> Iterator[Line]:
    """The departments at their desks, at the portal the phone talks to."""
    app, _base = portal
    with app.app_context():
        engine = db.engine
    with Session(engine) as look:
        yield Line(lambda login, locale="en": Rest(app, login, PASSWORD, locale), look)


class Phone:
    """The phone in a technician's hand."""

    def __init__(self, window: Any) -> None:
        self.window = window
        self.page.set_default_timeout(WAIT)
        self.page.on("dialog", lambda dialog: dialog.accept())

    @property
    def page(self) -> Any:
        return self.window.page

    def opened(self) -> Phone:
        self.window.open("/m/")
        self.page.wait_for_selector("#foot #sign-out")
        self.page.evaluate("""navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller
            || new Promise(done => navigator.serviceWorker.addEventListener('controllerchange', () => done())))""")
        return self

    def restarted(self) -> None:
        """The browser was closed and is opened again, whatever the network does."""
        context = self.page.context
        self.page.close()
        self.window.page = context.new_page()
        self.window.watch()
        self.page.set_default_timeout(WAIT)
        self.window.open("/m/")
        self.page.wait_for_selector("#foot #sign-out")

    def until(self, condition: str) -> None:
        """Wait for what the phone keeps; a promise of true or false."""
        for _try in range(WAIT // 100):
            if self.page.evaluate(condition):
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(condition)

    def kept(self, text: str) -> None:
        """What was typed lies in the phone's own store."""
        self.until(f"Store.all('visits').then(rows => JSON.stringify(rows).includes({text!r}))")

    def online(self, there: bool) -> None:
        self.page.context.set_offline(not there)
        if there:
            self.page.evaluate("Outbox.flush().then(() => null)")

    def goes_to(self, number: int) -> None:
        self.page.evaluate(f"location.hash = '{number}'")
        self.page.wait_for_selector("form[data-step]")

    def at(self, step: str) -> None:
        self.page.wait_for_selector(f"form[data-step={step}]")

    def done(self) -> None:
        self.page.click("form[data-step] button[type=submit] >> nth=0")

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            first = self.page.locator(f"[name={name}]").first
            if first.get_attribute("type") == "radio":
                self.page.check(f"[name={name}][value='{value}']")
            elif first.evaluate("field => field.tagName") == "SELECT":
                first.select_option(value)
            else:
                first.fill(value)

    def sign(self) -> None:
        pad = self.page.locator(".pad canvas").first
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        self.page.mouse.move(box["x"] + 30, box["y"] + 60)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + 200, box["y"] + 120, steps=6)
        self.page.mouse.up()

    def waiting(self) -> list[str]:
        return self.page.evaluate("Store.all('outbox').then(rows => rows.map(row => row.step))")

    def sent(self) -> None:
        """Nothing waits any more."""
        self.until("Store.all('outbox').then(rows => rows.length === 0)")

    def faults(self) -> list[str]:
        small = self.page.evaluate(SMALL)
        return self.window.barriers() + self.window.overflow() + [f"smaller than 44 px: {item}" for item in small]


def photo(tmp_path: Any) -> str:
    from PIL import Image

    file = tmp_path / "site.jpg"
    Image.effect_noise((3000, 2000), 60).convert("RGB").save(file, exif=b"Exif\0\0position")
    return str(file)


def steps_of(line: Line, number: int) -> Counter[str]:
    line.session.rollback()
    return Counter(line.session.scalars(select(History.step).where(History.record_id == number)))


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_2_a_visit_goes_on_without_a_network(
    visit: Callable[..., Any], live: Line, portal: Any, tmp_path: Any, locale: str
) -> None:
    number = live.at("assigned")
    found: list[str] = []
    with visit("technician", width=390, locale=locale, dark=locale == "en") as window:
        phone = Phone(window).opened()
        page = phone.page
        assert page.get_attribute("html", "lang") == {"zh": "zh-CN", "en": "en"}[locale]
        page.click("[data-tab=all]")
        page.wait_for_selector(f"[data-job='{number}']")
        found += phone.faults()
        page.click(f"[data-job='{number}'] button")
        phone.at("depart")
        found += phone.faults()
        phone.done()
        phone.at("arrive")
        phone.sent()
        assert steps_of(live, number)["depart"] == 1

        phone.online(False)  # in the middle of the visit
        phone.done()
        phone.at("investigate")
        phone.done()
        assert page.locator("[data-error]:not(:empty)").count() == 4  # every field that is missing says so
        found += phone.faults()
        phone.fill(**FOUND, responsibility="own_quality")
        page.set_input_files("#photo", photo(tmp_path))
        page.wait_for_selector(".strip img")
        phone.done()
        phone.at("complete")
        phone.fill(work_done="更换轴承")
        phone.kept("更换轴承")
        phone.restarted()  # the page itself comes from the phone, what was typed too
        page = phone.page
        phone.goes_to(number)
        phone.at("complete")
        assert page.input_value("[name=work_done]") == "更换轴承"
        assert page.input_value("[name=charge]") == "0.00"
        phone.fill(remedy="free_repair")
        found += phone.faults()
        phone.done()
        phone.at("confirm")
        phone.done()
        assert page.locator("[data-error=signature]").inner_text()
        phone.fill(satisfaction="5", signer_name="顾客签收人", remark="仍未解决")
        phone.sign()
        phone.done()
        assert page.locator("[data-error=confirm_negative]").inner_text()  # asks once more
        phone.fill(confirm_negative="true")
        found += phone.faults()
        phone.done()
        phone.at("return_form")
        found += phone.faults()
        page.click("form[data-step=back_at_company] button[type=submit]")
        page.wait_for_selector("form[data-step=back_at_company]", state="detached")
        phone.done()
        page.wait_for_selector(".tabs")
        assert phone.waiting() == [*STEPS[1:]]
        assert steps_of(live, number)["arrive"] == 0

        phone.online(True)
        phone.sent()
        assert not window.trouble
    taken = steps_of(live, number)
    assert {step: taken[step] for step in STEPS} == dict.fromkeys(STEPS, 1)
    assert live.read(number)["state"] == "form_returned"
    files = live.session.scalars(select(Attachment).where(Attachment.record_id == number)).all()
    assert sorted(file.category for file in files) == ["photo", "signature"]
    from PIL import Image

    from app.core.record.attachments import path_of

    with portal[0].app_context(), Image.open(path_of(next(f for f in files if f.category == "photo"))) as picture:
        assert max(picture.size) == 1600 and not picture.getexif()
    assert not found, "\n".join(found)


def test_a_visit_is_listed_on_the_day_it_is_planned_for(visit: Callable[..., Any], live: Line) -> None:
    today = clock.today()
    planned = {"today": live.at("disposed"), "tomorrow": live.at("disposed"), "all": live.at("disposed")}
    for days, number in enumerate(planned.values()):
        day = (today + timedelta(days=days)).isoformat()
        live.must("qc_manager", number, "assign", technician="technician", kind="technician", planned_on=day)
    with visit("technician", width=390, locale="en") as window:
        page = Phone(window).opened().page
        shown = {}
        for tab in ("today", "tomorrow", "overdue", "all"):
            page.click(f"[data-tab={tab}]")
            page.wait_for_selector(f"[data-tab={tab}][aria-pressed=true]")
            cards = page.eval_on_selector_all("[data-job]", "cards => cards.map(card => Number(card.dataset.job))")
            shown[tab] = set(cards) & set(planned.values())
            assert page.inner_text(f"[data-tab={tab}] b") == str(len(cards))
        assert page.locator("a[href^='geo:']").count() and page.locator("a[href^='tel:']").count()
    assert shown == {
        "today": {planned["today"]},
        "tomorrow": {planned["tomorrow"]},
        "overdue": set(),
        "all": set(planned.values()),
    }


def test_an_answer_lost_on_the_way_does_not_take_the_step_twice(visit: Callable[..., Any], live: Line, tmp_path: Any):
    number = live.at("assigned")
    with visit("technician", width=390, locale="en") as window:
        phone = Phone(window).opened()
        page = phone.page
        phone.goes_to(number)
        page.click("[data-do=already]")
        phone.at("arrive")
        page.set_input_files("#photo", photo(tmp_path))
        page.wait_for_selector(".strip img")
        page.evaluate(LOSE, "arrive")
        phone.done()
        phone.until("window.lost === 1")  # the portal has done it, and the phone does not know
        phone.at("investigate")
        assert phone.waiting() == ["arrive"] and steps_of(live, number)["arrive"] == 1
        phone.restarted()
        phone.online(True)
        phone.sent()
        assert not window.trouble
    assert steps_of(live, number)["arrive"] == 1
    files = live.session.scalars(select(Attachment.category).where(Attachment.record_id == number)).all()
    assert list(files) == ["photo"]


def test_a_conflict_keeps_both(visit: Callable[..., Any], live: Line) -> None:
    number = live.at("assigned")
    with visit("technician", width=390, locale="en") as window:
        phone = Phone(window).opened()
        page = phone.page
        phone.goes_to(number)
        phone.online(False)
        phone.at("depart")
        page.click("[data-do=already]")
        phone.at("arrive")
        phone.done()
        phone.at("investigate")
        phone.fill(**FOUND, responsibility="own_quality")
        phone.done()
        phone.at("complete")
        phone.fill(work_done="half typed")
        phone.kept("half typed")
        live.must(
            "qc_manager", number, "reassign", technician="inspector", kind="inspector", reason="he is needed elsewhere"
        )
        phone.online(True)
        page.wait_for_selector("#bar [data-status=conflict]")
        assert "no longer yours" in page.inner_text("#bar") and "he is needed elsewhere" in page.inner_text("#bar")
        assert phone.waiting() == ["arrive", "investigate"]  # the later step waits behind the first
        assert not phone.faults()
        page.click("#bar [data-do=note]")
        phone.sent()
        page.wait_for_selector("#bar [data-status=conflict]", state="detached")
        assert not window.trouble
    assert steps_of(live, number)["arrive"] == 0
    assert live.session.get_one(Record, number).state == "assigned"
    notes = live.session.scalars(select(Comment.text).where(Comment.record_id == number).order_by(Comment.id)).all()
    assert len(notes) == 3
    assert "bearing worn" in notes[1] and "half typed" in notes[2]


def test_what_the_customer_pays_for_is_quoted_and_agreed_to_on_site(visit: Callable[..., Any], live: Line) -> None:
    number = live.at("on_site")
    with visit("technician", width=390, locale="en") as window:
        phone = Phone(window).opened()
        page = phone.page
        phone.goes_to(number)
        phone.online(False)
        phone.at("investigate")
        phone.fill(**FOUND, responsibility="misuse")
        phone.done()
        phone.at("complete")
        page.click("[data-do=quote]")
        phone.at("quote")
        page.fill("#description-0", "人工")
        page.fill("#quantity-0", "2.5")
        page.fill("#price-0", "1200")
        assert "3000.00" in page.inner_text(".sum")
        assert not phone.faults()
        phone.done()
        phone.at("answer_quote")
        phone.fill(accepted="true", signer_name="顾客")
        phone.sign()
        assert not phone.faults()
        phone.done()
        phone.at("complete")
        assert page.input_value("[name=charge]") == "3000.00"
        phone.fill(remedy="paid_repair", work_done="重装进水管")
        phone.done()
        phone.at("confirm")
        phone.online(True)
        phone.sent()
        assert not window.trouble
    record = live.read(number)
    assert (record["state"], record["charge"]) == ("awaiting_confirmation", "3000.00")


def test_a_refused_step_is_corrected_on_the_phone(visit: Callable[..., Any], live: Line) -> None:
    """2.4: more than the customer has agreed to is refused, and put right where it was typed."""
    number = live.at("on_site")
    live.must("technician", number, "investigate", **FOUND, responsibility="third_party")
    live.must("technician", number, "quote", lines=[{"description": "人工", "quantity": 1, "price": 100}], amount=100)
    live.must("technician", number, "answer_quote", accepted=True, signer_name="顾客", evidence="顾客现场签字同意")
    with visit("technician", width=390, locale="en") as window:
        phone = Phone(window).opened()
        page = phone.page
        phone.goes_to(number)
        phone.at("complete")
        phone.online(False)
        assert page.input_value("[name=charge]") == "100.00"
        phone.fill(remedy="paid_repair", work_done="重装", charge="150.00")
        phone.done()
        phone.at("confirm")
        phone.fill(satisfaction="4", signer_name="顾客签收人", remark="很快")
        phone.sign()
        phone.done()
        phone.at("return_form")
        phone.online(True)
        page.wait_for_selector("#bar [data-status=wrong]")
        assert "150.00" in page.inner_text("#bar")
        page.click("#bar .btn >> nth=0")
        phone.at("complete")
        assert page.input_value("[name=charge]") == "150.00" and "150.00" in page.inner_text("[data-top]")
        assert not phone.faults()
        phone.fill(charge="100.00")
        phone.done()
        phone.at("confirm")  # 2.5: what was signed was another text; the rest of it is kept
        assert "Let the customer sign again" in page.inner_text("form[data-step=confirm]")
        assert page.input_value("form[data-step=confirm] [name=remark]") == "很快"
        assert page.input_value("[name=signature]") == ""
        assert not phone.faults()
        phone.sign()
        phone.done()
        phone.sent()
        phone.at("return_form")
        assert not window.trouble
    record = live.read(number)
    assert (record["state"], record["charge"]) == ("confirmed", "100.00")
    assert steps_of(live, number)["complete"] == steps_of(live, number)["confirm"] == 1


def test_another_person_s_entries_are_never_sent(visit: Callable[..., Any], live: Line) -> None:
    number = live.at("assigned")
    with visit("technician", width=390, locale="en") as window:
        phone = Phone(window).opened()
        page = phone.page
        phone.goes_to(number)
        phone.online(False)
        phone.done()
        phone.at("arrive")
        page.context.clear_cookies()
        phone.online(True)
        page.wait_for_selector("#bar a[href^='/login/']")
        assert phone.waiting() == ["depart"]
        assert not phone.faults()
        window.sign_in("inspector", "en")
        phone.opened()
        page.wait_for_selector("#bar section")
        assert phone.waiting() == ["depart"] and steps_of(live, number)["depart"] == 0
        assert page.evaluate("Store.all('jobs').then(rows => rows.map(row => row.id))") == sorted(
            job["id"] for job in live.by("inspector").get("visit/jobs").json["result"]
        )
        page.context.clear_cookies()
        phone.online(True)
        page.click("#bar a[href^='/login/']")
        page.fill("#username", "technician")
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url("**/m/")
        phone.sent()
        assert steps_of(live, number)["depart"] == 1
        page.click("#sign-out")
        page.wait_for_selector("#username")
        assert not window.trouble
