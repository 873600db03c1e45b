"""What administrators changed is told in words, before and after, in the reader's language, whatever was changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from app.core.record import decisions

Does = Callable[[Any, Any], None]


def done(answer: Any) -> Any:
    assert answer.status_code in (200, 201, 302), answer.get_data(as_text=True)
    return answer


def choice(rest: Any, _page: Any) -> None:
    row = rest.get(
        "choice/?q=(filters:!((col:list,opr:eq,value:complaint.channel),(col:code,opr:eq,value:portal)))"
    ).json
    head = {"If-Match": str(row["result"][0]["version"])}
    done(
        rest.put(f"choice/{row['ids'][0]}", {"label_zh": "网站", "label_en": "Website", "active": False}, headers=head)
    )


def label(rest: Any, _page: Any) -> None:
    words = {"label_zh": "来源", "label_en": "Came by"}
    done(rest.post("label/", {"thing": "Complaint", "field": "channel", **words}))


def rule(rest: Any, _page: Any) -> None:
    done(
        rest.post("field_rule/", {"kind": "complaint", "asked_in": "create", "field": "severity", "default": "serious"})
    )
    ask = {"kind": "complaint", "asked_in": "negotiate", "field": "satisfied", "default": "true", "required": True}
    done(rest.post("field_rule/", ask))


def deadline(rest: Any, _page: Any) -> None:
    row = rest.get("deadline_rule/NEGOTIATE").json
    head = {"If-Match": str(row["result"]["version"])}
    change = {"unit": "workday", "quantity": 5, "reaches": "leader", "reason": "-"}
    done(rest.put("deadline_rule/NEGOTIATE", change, headers=head))


def access(rest: Any, page: Any) -> None:
    right = {"function": "reception_lead", "thing": "Customer", "permission": "can_export", "granted": True}
    done(rest.put("access/", right))
    roles = re.search(
        r'<option value="(\d+)">(?:Reception lead|接待主管|投诉接待主管)</option>', page.get("/access/").text
    )
    number = roles.group(1) if roles else ""
    done(page.post("/access/role/copy", {"role": number, "name": "Warehouse"}))
    done(page.post("/access/see", {"role": number}))
    done(page.post("/see/end"))


def beside(rest: Any, _page: Any) -> None:
    done(
        rest.put("told_beside/complaint/hand_over", {"functions": ["reception_lead", "qc_manager"], "followers": True})
    )


def mail(rest: Any, _page: Any) -> None:
    done(rest.put("mail_text/complaint_created/zh", {"subject": "新主题", "body": "{number} {title}"}))


def own_field(rest: Any, _page: Any) -> None:
    words = {"label_zh": "媒体情况", "label_en": "Press coverage"}
    facts = {"type": "yes_no", "asked_in": ["create", "edit", "hand_over"], "required": True}
    done(rest.post("custom_field/", {"kind": "complaint", "code": "press", **words, **facts}))


def setting(rest: Any, _page: Any) -> None:
    for key, value in (("same_day_roll", "next_workday"), ("home_province", "320000"), ("photos_required", True)):
        done(rest.put(f"setting/{key}", {"value": value}))


CHANGES: dict[str, tuple[Does, dict[str, tuple[str, ...]]]] = {
    "Choice": (choice, {"en": ("Channel · Website", "In force: Yes → No"), "zh": ("启用", "是 → 否")}),
    "Label": (label, {"en": ("Complaint · Came by", "Channel → Came by"), "zh": ("投诉 · 来源",)}),
    "FieldRule": (
        rule,
        {
            "en": ("New record", "Begins with: — → Serious", "Begins with: — → Yes", "Required: — → Yes"),
            "zh": ("新建", "→ 是"),
        },
    ),
    "DeadlineRule": (
        deadline,
        {"en": ("Negotiation", "Unit: calendar days → working days"), "zh": ("非质量问题协商", "单位")},
    ),
    "Access": (
        access,
        {"en": ("Reception lead", "Copy of: — → Reception lead", "role until: — → "), "zh": ("以此角色",)},
    ),
    "ToldBeside": (beside, {"en": ("Functions: — → ", "Reception lead"), "zh": ("职能",)}),
    "MailText": (mail, {"en": ("新主题",), "zh": ("新主题",)}),
    "CustomField": (
        own_field,
        {
            "en": ("Complaint · Press coverage", "Kind: — → Complaint", "Type: — → Yes or no", "Correct the form"),
            "zh": ("投诉 · 媒体情况", "是或否"),
        },
    ),
    "Setting": (
        setting,
        {"en": ("the same day, as the text says → the next working day",), "zh": ("下一个工作日", "江苏省")},
    ),
}
CODES = re.compile(r"\b(?:[a-z]+_[a-z_]+|serious|workday|true|false|True|False|NEGOTIATE|320000)\b")


def test_every_sort_of_change_is_walked():
    assert set(CHANGES) == set(decisions.WORDS)


@pytest.mark.parametrize("thing", CHANGES)
def test_a_change_is_told_in_words_in_both_languages(as_role: Any, rest: Any, thing: str):
    act, wanted = CHANGES[thing]
    act(rest("admin"), as_role("admin"))
    for locale in ("en", "zh"):
        text = as_role("auditor", locale).get(f"/decision/export.csv?thing={thing}").get_data(as_text=True)
        assert text.count("2026-") and not (codes := CODES.findall(text.replace("{number} {title}", ""))), (
            thing,
            locale,
            codes,
            text,
        )
        for words in wanted[locale]:
            assert words.replace("：", "") in text.replace("：", ""), (thing, locale, words, text)
