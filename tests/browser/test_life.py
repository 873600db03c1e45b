"""The whole life of a complaint at the screen, each step by the department the regulation names, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
SHOTS = Path(__file__).parents[2] / "screenshots"
STATES = {
    "zh": {
        "received": "已受理",
        "pending_qc": "待移交质检",
        "handed_over": "待质检签收",
        "at_qc": "质检处理中",
        "disposed": "已出处理意见",
        "assigned": "已委派",
        "on_site": "现场处理中",
        "awaiting_confirmation": "待顾客确认",
        "confirmed": "顾客已确认",
        "form_returned": "记录表待签收",
        "returned": "已交回质检",
        "closed": "已结案",
    },
    "en": {
        "received": "Received",
        "pending_qc": "To be handed to QC",
        "handed_over": "Waiting for QC's receipt",
        "at_qc": "At QC",
        "disposed": "Disposition issued",
        "assigned": "Assigned",
        "on_site": "On site",
        "awaiting_confirmation": "Awaiting customer confirmation",
        "confirmed": "Confirmed by the customer",
        "form_returned": "Form returned, to be received",
        "returned": "Back at QC",
        "closed": "Closed",
    },
}
FOUND = {"phenomenon": "现场复现", "investigation": "轴承磨损", "work_done": "更换轴承", "charge": "0.00"}


class Desk:
    """One browser that changes hands between the departments."""

    def __init__(self, window: Any, locale: str) -> None:
        self.window, self.page, self.locale, self.url = window, window.page, locale, ""

    def sits(self, login: str) -> None:
        self.window.sign_in(login, self.locale)
        if self.url:
            self.page.goto(self.url)

    def choose(self, name: str, text: str) -> None:
        """Pick from a remote select by typing into it."""
        self.page.click(f"#{name} + .select2 .select2-selection")
        self.page.fill(".select2-container--open .select2-search__field", text)
        self.page.click(f".select2-results__option:has-text('{text}')")

    def takes(self, step: str, state: str, **fields: Any) -> None:
        """Press a step's button, fill in its dialog, send it, and see the state change."""
        self.page.click(f".r-head a[href$='/step/{step}']")
        self.page.wait_for_selector("#dlg[open] form")
        for name, value in fields.items():
            self._fill(f"#dlg [name={name}]", value)
        if step == "assign":
            self.page.check("#dlg [name=technician][value=technician]")
        if step == "confirm":
            self._sign()
        self.page.click("#dlg [type=submit]")
        self.page.wait_for_selector("#dlg[open]", state="detached")
        self.page.wait_for_selector(f'.r-head .tag:text-is("{STATES[self.locale][state]}")')

    def _fill(self, selector: str, value: Any) -> None:
        first = self.page.locator(selector).first
        if first.evaluate("field => field.tagName") == "SELECT":
            first.select_option(str(value))
        elif first.get_attribute("type") == "radio":
            self.page.check(f"{selector}[value={value}]")
        else:
            first.fill(str(value))

    def _sign(self) -> None:
        box = self.page.locator("#dlg [data-signature] canvas").bounding_box()
        self.page.mouse.move(box["x"] + 20, box["y"] + 40)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + 160, box["y"] + 80, steps=4)
        self.page.mouse.up()

    def shot(self, name: str) -> None:
        SHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}-{self.locale}.png", full_page=True)


@pytest.fixture(params=["zh", "en"])
def desk(request: pytest.FixtureRequest, visit: Callable[..., Any]) -> Iterator[Desk]:
    with visit(locale=request.param) as window:
        yield Desk(window, request.param)
        assert not window.trouble


def register(desk: Desk) -> None:
    """2.1: reception writes the slip while the customer stands at the desk."""
    desk.sits("reception")
    page = desk.page
    page.goto(f"{desk.window.base}/complaint/add?channel=visit")
    desk.choose("customer", "宁波示例精密机械有限公司")
    page.wait_for_selector("#similar .card")
    desk.choose("product", "HT-850")
    page.locator("select:visible:near(#site_address)").first.wait_for()
    page.evaluate("""() => { const select = document.getElementById('site_region');
        $(select).append(new Option('浙江省宁波市北仑区', '330206', true, true)).trigger('change'); }""")
    page.fill("[name=subject]", "主轴异响")
    page.fill("[name=description]", "主轴高速运转异响")
    desk.shot("intake")
    page.click("main form button[type=submit] >> nth=0")
    page.wait_for_selector(".beads")
    desk.url = page.url.partition("?")[0]


def test_2_a_complaint_lives_its_whole_life_in_the_portal(desk: Desk) -> None:
    register(desk)
    desk.takes("classify_quality", "pending_qc", solution_plan="质检分析后派员处理")
    desk.takes("hand_over", "handed_over")
    desk.sits("qc")
    desk.takes("receive", "at_qc")
    desk.takes("draft_disposition", "at_qc", analysis="轴承问题", opinion="更换主轴轴承组件", needs_site_visit="true")
    desk.sits("qc_manager")
    desk.takes("issue_disposition", "disposed")
    desk.takes("assign", "assigned")
    desk.sits("technician")
    desk.takes("arrive", "on_site")
    desk.takes(
        "complete",
        "awaiting_confirmation",
        **FOUND,
        cause_category="assembly",
        responsibility="own_quality",
        remedy="free_repair",
    )
    desk.takes("confirm", "confirmed", signer_name="顾客签收人", method="onscreen", satisfaction="5")
    desk.takes("return_form", "form_returned")
    desk.sits("qc")
    desk.takes("receive_form", "returned")
    desk.shot("returned")
    notice(desk)
    desk.sits("qc_manager")
    desk.takes("close", "closed")
    desk.shot("closed")


def notice(desk: Desk) -> None:
    """2.6: QC drafts the notice to the responsible department, the manager issues it."""
    page = desk.page
    number = desk.url.rsplit("/", 1)[1]
    page.goto(f"{desk.window.base}/corrective_action/add?complaints={number}")
    desk.choose("responsible_department", {"zh": "生产部", "en": "Production"}[desk.locale])
    page.fill("[name=problem]", "轴承间隙超差")
    page.fill("[name=requirement]", "查明原因并防止再发生")
    page.click("main form button[type=submit] >> nth=0")
    page.wait_for_selector(".beads")
    there = page.url
    desk.sits("qc_manager")
    page.goto(there)
    page.click(".r-head a[href$='/step/issue']")
    page.wait_for_selector("#dlg[open] form")
    page.click("#dlg [type=submit]")
    page.wait_for_selector("#dlg[open]", state="detached")
    page.wait_for_selector(".r-head .tag:text-is('{}')".format({"zh": "已签发", "en": "Issued"}[desk.locale]))
