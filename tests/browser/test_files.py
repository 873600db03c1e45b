"""Files of a record at the screen: chosen together, dropped, pasted; pictures in a viewer, by keys alone."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from PIL import Image

from tests.browser.test_phone import live

__all__ = ["live"]
pytestmark = pytest.mark.browser
GIVE = """([kind, selector, name, mime, content]) => {
    const bytes = Uint8Array.from(atob(content), letter => letter.charCodeAt(0));
    const carried = new DataTransfer();
    carried.items.add(new File([bytes], name, {type: mime}));
    const facts = {bubbles: true, cancelable: true};
    const event = kind === 'drop' ? new DragEvent('drop', {...facts, dataTransfer: carried})
                                  : new ClipboardEvent('paste', {...facts, clipboardData: carried});
    document.querySelector(selector).dispatchEvent(event);
}"""


def photo(colour: str, size: tuple[int, int] = (900, 600)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


def give(page: Any, kind: str, selector: str, name: str, content: bytes, mime: str = "image/jpeg") -> None:
    page.evaluate(GIVE, [kind, selector, name, mime, base64.b64encode(content).decode()])


@pytest.mark.parametrize(("locale", "width"), [("zh", 390), ("en", 1366)])
def test_files_are_chosen_together_dropped_and_pasted_and_looked_at(visit, live: Any, locale: str, width: int):
    number = live.at({"zh": "at_qc", "en": "handed_over"}[locale])
    with visit("qc", locale=locale, width=width) as window:
        page = window.page
        window.open(f"/complaint/show/{number}")
        before = page.locator("#files .thumbs li").count()
        page.fill("#timeline [name=comment]", "typed and not sent")
        chosen = [
            {"name": f"{shade}.jpg", "mimeType": "image/jpeg", "buffer": photo(shade)} for shade in ("red", "blue")
        ]
        exe = {"name": "setup.exe", "mimeType": "application/octet-stream", "buffer": b"MZ" + b"0" * 90}
        page.set_input_files("#files [type=file]", [*chosen, exe])
        page.click("#files form button")
        page.wait_for_selector(f"#files .thumbs li:nth-child({before + 2})")
        assert page.locator("#files .sent p").count() == 3
        assert "setup.exe" in page.locator("#files .sent .red").inner_text()
        give(page, "drop", "#main", "green.jpg", photo("green"))
        page.wait_for_selector(f"#files .thumbs li:nth-child({before + 3})")
        give(page, "paste", "#main", "image.png", photo("white"), "image/png")
        page.wait_for_selector(f"#files .thumbs li:nth-child({before + 4})")
        assert page.input_value("#timeline [name=comment]") == "typed and not sent"

        page.locator("#files a[data-view]").nth(before).focus()
        page.keyboard.press("Enter")
        shown = page.locator("dialog.viewer img")
        assert shown.get_attribute("alt").endswith("red.jpg")
        page.keyboard.press("ArrowRight")
        assert shown.get_attribute("alt").endswith("blue.jpg")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        page.wait_for_load_state("networkidle")
        assert window.barriers("dialog.viewer") == []
        assert window.overflow() == []
        page.keyboard.press("Escape")
        assert not page.locator("dialog.viewer").is_visible()
        assert window.barriers("#files") == []
        assert window.trouble == []


def test_a_strip_is_read_at_the_width_of_the_window_and_seen_whole_at_a_key(visit, live: Any):
    number = live.at("at_qc")
    with visit("qc", locale="en") as window:
        page = window.page
        window.open(f"/complaint/show/{number}")
        before = page.locator("#files .thumbs li").count()
        strip = {"name": "chat.jpg", "mimeType": "image/jpeg", "buffer": photo("grey", (1080, 20000))}
        page.set_input_files("#files [type=file]", strip)
        page.click("#files form button")
        page.wait_for_selector(f"#files .thumbs li:nth-child({before + 1})")
        page.locator("#files a[data-view]").nth(before).click()
        page.wait_for_selector("dialog.viewer.tall")
        shown = page.locator("dialog.viewer img")
        assert shown.bounding_box()["width"] > 900
        page.locator("dialog.viewer figure div").evaluate("part => part.focus()")
        page.keyboard.press("End")
        for _turn in range(50):  # it glides
            if (top := page.locator("dialog.viewer figure div").evaluate("part => part.scrollTop")) > 5000:
                break
            page.wait_for_timeout(100)
        assert top > 5000
        assert window.barriers("dialog.viewer") == [] and window.overflow() == []
        page.focus("dialog.viewer [data-zoom]")
        page.keyboard.press("Enter")
        assert shown.bounding_box()["height"] < 768, "whole"
        shown.click()
        assert shown.bounding_box()["width"] > 900
        assert page.locator("dialog.viewer [data-close]").is_visible()
        assert window.trouble == []
