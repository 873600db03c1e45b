"""2.5 by link: the customer reads and confirms without a login, once; a GET changes nothing."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.complaints.customer_acts import Purpose
from app.core.record import links
from app.extensions import db
from tests.complaints.conftest import Line, drawn, png

SIGNED = {"solved": "true", "satisfaction": "5", "signer_name": "顾客签收人"}


def address(app: Any, number: int, purpose: Purpose = Purpose.confirm) -> str:
    with app.app_context():
        found = links.address(db.session, number, purpose)
        db.session.remove()
    return found.split("//", 1)[1].partition("/")[2] and "/" + found.split("//", 1)[1].partition("/")[2]


def digest_on(page: Any) -> str:
    found = re.search(r'name="digest" value="([^"]*)"', page.get_data(as_text=True))
    assert found
    return found[1]


def send(app: Any, url: str, **fields: str) -> Any:
    client = app.test_client()
    page = client.get(url)
    return client.post(url, data={"digest": digest_on(page), "signature": drawn(), **fields})


def test_2_5b_the_customer_confirms_by_link_and_the_signature_is_bound_to_the_text(line: Line, app: Any):
    number = line.at("awaiting_confirmation")
    url = address(app, number)
    done = send(app, url, **SIGNED)
    assert done.status_code == 303
    assert line.read(number)["state"] == "confirmed"
    row = line.by("auditor").get("confirmation/").json["result"][0]
    assert (row["method"], row["signer_name"], row["satisfaction"], row["valid"]) == ("link", "顾客签收人", 5, True)
    last = line.by("auditor").get(f"complaint/{number}/history").json[-1]
    assert (last["step"], last["actor"]) == ("confirm", "customer")


def test_2_5b_a_used_link_leads_to_the_tracking_page_and_does_nothing_more(line: Line, app: Any):
    number = line.at("awaiting_confirmation")
    url = address(app, number)
    send(app, url, **SIGNED)
    version = line.read(number)["version"]
    client = app.test_client()
    assert client.get(url).headers["Location"].startswith("/t/")
    assert client.post(url, data={**SIGNED, "signature": drawn()}).headers["Location"].startswith("/t/")
    assert line.read(number)["version"] == version


def test_2_5_a_get_consumes_nothing(line: Line, app: Any, session: Any):
    number = line.at("awaiting_confirmation")
    url, before = address(app, number), line.read(number)
    for _turn in range(3):
        assert app.test_client().get(url).status_code == 200
        assert app.test_client().head(url).status_code == 200
    assert line.read(number) == before
    assert session.scalar(sa.text("SELECT count(*) FROM public_link WHERE used_at IS NOT NULL")) == 0


def test_2_5c_unsolved_needs_a_reason_and_opens_the_next_round_with_the_first_kept(line: Line, app: Any):
    number = line.at("awaiting_confirmation")
    url = address(app, number)
    assert send(app, url, solved="false").status_code == 422
    assert line.read(number)["state"] == "awaiting_confirmation"
    assert send(app, url, solved="false", reason="仍有异响").status_code == 303
    after = line.read(number)
    assert (after["state"], after["round"]) == ("at_qc", 2)
    services = line.by("auditor").get("site_service/").json["result"]
    assert [row["round"] for row in services if row["complaint_id"] == number] == [1]


def test_2_5c_a_positive_tick_with_negative_words_asks_once_more_and_keeps_what_was_typed(line: Line, app: Any):
    number = line.at("awaiting_confirmation")
    url = address(app, number)
    asked = send(app, url, **SIGNED, remark="仍未解决")
    assert asked.status_code == 422
    assert "仍未解决" in asked.get_data(as_text=True)
    assert send(app, url, **SIGNED, remark="仍未解决", confirm_negative="true").status_code == 303
    assert line.read(number)["state"] == "confirmed"


def test_2_5a_who_read_another_text_signs_nothing(line: Line, app: Any, session: Any):
    number = line.at("awaiting_confirmation")
    url = address(app, number)
    client = app.test_client()
    digest = digest_on(client.get(url))
    session.execute(sa.text("UPDATE site_service SET work_done = 'less' WHERE complaint_id = :n"), {"n": number})
    session.commit()
    refused = client.post(url, data={**SIGNED, "digest": digest, "signature": drawn()})
    assert refused.status_code == 409
    assert "less" in refused.get_data(as_text=True)
    assert line.read(number)["state"] == "awaiting_confirmation"


def test_2_5a_after_a_correction_the_old_link_is_dead_and_a_new_one_holds(line: Line, app: Any):
    from tests.complaints.conftest import DONE

    number = line.at("awaiting_confirmation")
    old = address(app, number)
    line.must("technician", number, "amend", **{**DONE, "work_done": "more"}, reason="forgotten")
    assert app.test_client().get(old).status_code == 404
    assert send(app, address(app, number), **SIGNED).status_code == 303


def test_2_4_the_customer_answers_a_quotation_by_link(line: Line, app: Any):
    number = line.at("on_site")
    rows = [{"description": "轴承", "quantity": 1, "price": "3600"}]
    line.must("technician", number, "quote", lines=rows, amount="3600")
    url = address(app, number, Purpose.quote)
    page = app.test_client().get(url, headers={"Accept-Language": "zh"}).get_data(as_text=True)
    assert "3600.00" in page
    assert "叁仟陆佰元整" in page
    assert send(app, url, accepted="true", signer_name="顾客签收人").status_code == 303
    paid = {"responsibility": "misuse", "remedy": "paid_repair", "charge": "3600"}
    from tests.complaints.conftest import DONE

    assert line.must("technician", number, "complete", **{**DONE, **paid})["state"] == "awaiting_confirmation"


def test_2_4_a_quotation_refused_by_link_goes_back_to_qc(line: Line, app: Any):
    number = line.at("on_site")
    line.must("technician", number, "quote", lines=[{"description": "x", "quantity": 1, "price": "9"}], amount="9")
    assert send(app, address(app, number, Purpose.quote), accepted="false", signer_name="顾客").status_code == 303
    assert line.read(number)["state"] == "at_qc"


def test_wrong_expired_and_foreign_links_are_the_same_page(line: Line, app: Any, at: Any):
    number = line.at("awaiting_confirmation")
    url, track = address(app, number), address(app, number, Purpose.track)
    at("2027-01-15 09:00")
    client = app.test_client()
    answers = [
        client.get(url),  # expired
        client.get("/a/" + "x" * 43),
        client.get("/a/short"),
        client.get(track.replace("/t/", "/a/")),
        client.get("/t/" + url.removeprefix("/a/")),
        client.post(url, data=SIGNED),
    ]
    assert {answer.status_code for answer in answers} == {404}
    plain = {re.sub(r'nonce="[^"]*"|value="[^"]*"', "", answer.get_data(as_text=True)) for answer in answers}
    assert len(plain) == 1


def test_the_tracking_page_tells_the_state_in_plain_words_and_nothing_internal(line: Line, app: Any):
    number = line.at("drafted")
    url = address(app, number, Purpose.track)
    answer = app.test_client().get(url, headers={"Accept-Language": "zh"})
    page = answer.get_data(as_text=True)
    assert "质检部门正在分析您的投诉" in page
    assert "更换主轴轴承组件" not in page
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


def test_only_a_fingerprint_of_the_link_is_kept(line: Line, app: Any, session: Any):
    number = line.at("awaiting_confirmation")
    token = address(app, number).removeprefix("/a/")
    assert len(token) == 43
    for table in ("public_link", "outbox_mail"):
        for row in session.execute(sa.text(f"SELECT * FROM {table}")):
            assert token not in str(row)


def test_photos_of_the_site_are_shown_to_whoever_is_asked_and_to_nobody_else(line: Line, app: Any):
    number = line.at("on_site")
    photo = line.attach("technician", number, "photo")
    letter = line.attach("technician", number, "other")
    from tests.complaints.conftest import DONE

    line.must("technician", number, "complete", **DONE)
    url, client = address(app, number), app.test_client()
    with client.get(f"{url}/photo/{photo}") as answer:
        assert answer.mimetype == "image/png"
    assert client.get(f"{url}/photo/{letter}").status_code == 404
    assert client.get(f"{url}/photo/999").status_code == 404


def test_the_signed_record_is_downloaded_only_once_it_is_signed(line: Line, app: Any):
    number = line.at("awaiting_confirmation")
    track = address(app, number, Purpose.track)
    assert app.test_client().get(f"{track}/record.pdf").status_code == 404
    send(app, address(app, number), **SIGNED)
    answer = app.test_client().get(f"{track}/record.pdf")
    assert answer.data.startswith(b"%PDF")


@pytest.mark.parametrize("field", ["signature", "signer_name", "satisfaction", "solved"])
@pytest.mark.parametrize("value", ["x" * 500_000, "data:image/png;base64,AAAA", "\ud83d"])
def test_nonsense_from_outside_is_refused_with_a_sentence(line: Line, app: Any, field: str, value: str):
    number = line.at("awaiting_confirmation")
    client, url = app.test_client(), address(app, number)
    digest = digest_on(client.get(url))
    data = {**SIGNED, "signature": drawn(), "digest": digest, field: value.encode("utf-8", "replace").decode()}
    answer = client.post(url, data=data)
    if not (field == "signer_name" and len(value) < 100):
        assert answer.status_code in (413, 422)
        assert line.read(number)["state"] == "awaiting_confirmation"


def test_after_the_closure_the_customer_says_how_it_was_once(line: Line, app: Any, session: Any, as_role: Any):
    number = line.at("negotiating")
    line.must("reception", number, "negotiate", content="solved", satisfied=True)
    line.must("reception", number, "settle")
    url = address(app, number, Purpose.survey)
    client = app.test_client()
    digest = digest_on(client.get(url))
    assert client.post(url, data={"score": "4", "remark": "快", "digest": digest}).status_code == 303
    assert client.post(url, data={"score": "1", "digest": digest}).status_code == 303
    assert session.execute(sa.text("SELECT score, remark FROM survey")).all() == [(4, "快")]
    assert "★★★★☆ 快" in as_role("qc").get(f"/complaint/show/{number}").text


def test_the_qr_code_on_a_photographed_slip_leads_it_to_its_record(line: Line, app: Any, as_role: Any):
    import io

    import segno

    number = line.at("awaiting_confirmation")
    picture = io.BytesIO()
    segno.make(f"{app.config['PUBLIC_URL']}/complaint/show/{number}").save(picture, kind="png", scale=6)
    picture.seek(0)
    reception = as_role("reception", "en")
    page = reception.post(
        "/return_slips/",
        data={"file": [(picture, "回单1.png"), (png(), "nothing.png")]},
        content_type="multipart/form-data",
    ).get_data(as_text=True)
    assert f"/complaint/show/{number}" in page
    assert "No code could be read" in page
    files = line.by("auditor").get(f"complaint/{number}/attachments").json
    assert [(item["category"], item["name"]) for item in files] == [("return_slip", "回单1.png")]
    assert as_role("sales").get("/return_slips/").status_code in (302, 403)


def test_colleagues_show_the_customer_the_code_and_nobody_else_does(line: Line, as_role: Any, app: Any):
    number = line.at("awaiting_confirmation")
    url = address(app, number)
    for login in ("technician", "reception", "qc"):
        page = as_role(login, "en").get(f"/complaint/{number}/customer-links")
        assert url in page.get_data(as_text=True), login
    assert as_role("technician2").get(f"/complaint/{number}/customer-links").status_code == 404
    for login in ("sales", "auditor", "leader", "admin"):  # who sees the record does not act for the customer
        assert as_role(login).get(f"/complaint/{number}/customer-links").status_code in (403, 404), login
    assert app.test_client().get(f"/complaint/{number}/customer-links").status_code in (302, 401)
    assert as_role("qc").get(f"/complaint/{10**14}/customer-links").status_code == 404


def chinese(app: Any, url: str) -> str:
    """The page as a Chinese browser shows it."""
    page: str = app.test_client().get(url, headers={"Accept-Language": "zh"}).get_data(as_text=True)
    return page


def test_2_5a_a_change_after_the_signature_shows_on_every_page_and_asks_again(line: Line, app: Any, as_role: Any):
    from tests.complaints.conftest import DONE

    number = line.at("confirmed")
    track = address(app, number, Purpose.track)
    assert "签名失效" not in chinese(app, track) and "下载" in chinese(app, track)
    line.must("technician", number, "amend", **{**DONE, "work_done": "更换轴承并调整"}, reason="漏写")
    page = chinese(app, track)
    assert "签名失效" in page and "重新阅读并签名" in page
    assert 'class="todo"><b>处理完成' in page  # not done any more
    assert "下载" not in page and app.test_client().get(f"{track}/record.pdf").status_code == 404
    assert "签名失效" in as_role("qc", "zh").get(f"/complaint/show/{number}").get_data(as_text=True)
    paper = line.by("qc").get(f"complaint/{number}/print/complaint_record?lang=zh", headers={"Accept": "text/html"})
    assert "签名失效" in paper.get_data(as_text=True)
    assert "签名失效" in chinese(app, address(app, number))
    assert send(app, address(app, number), **SIGNED).status_code == 303
    assert "签名失效" not in chinese(app, track) and "下载" in chinese(app, track)


def test_2_5_a_signature_of_an_earlier_round_stands_under_no_later_text(line: Line, app: Any):
    from tests.complaints.conftest import DONE

    number = line.at("on_site")
    signed = {"signer_name": "顾客签收人", "method": "onscreen", "signature": drawn(), "satisfaction": 5}
    line.must("technician", number, "complete", **{**DONE, "responsibility": "unclear", "remedy": "explain"})
    line.must("technician", number, "confirm", **signed)
    line.must("technician", number, "return_form")
    line.must("qc", number, "receive_form")
    line.must("qc_manager", number, "close")
    assert "下载" in chinese(app, address(app, number, Purpose.track))
    line.must("qc_manager", number, "reopen", reason="异响又出现")
    track = address(app, number, Purpose.track)
    page = chinese(app, track)
    assert "下载" not in page and "签名失效" not in page
    assert page.count('class="done"') == 1  # received; the rest is to be reached anew
    paper = line.by("qc").get(f"complaint/{number}/print/complaint_record?lang=zh", headers={"Accept": "text/html"})
    first, second = paper.get_data(as_text=True).split("重新打开", 1)
    assert "顾客签收人" in first and "顾客签收人" not in second  # it stays with the round it belongs to


def test_2_5c_solved_and_dissatisfied_asks_once_more(line: Line, app: Any):
    number = line.at("awaiting_confirmation")
    url = address(app, number)
    asked = send(app, url, **{**SIGNED, "satisfaction": "2"})
    assert asked.status_code == 422 and "confirm_negative" in asked.get_data(as_text=True)
    assert send(app, url, **{**SIGNED, "satisfaction": "2"}, confirm_negative="true").status_code == 303


def test_2_5b_what_is_missing_is_said_beside_its_field(line: Line, app: Any):
    number = line.at("awaiting_confirmation")
    url = address(app, number)
    page = send(app, url, solved="true", signature="", signer_name="").get_data(as_text=True)
    for name in ("satisfaction", "signer_name", "signature"):
        assert f'id="{name}-e"' in page, name
    assert "请在框内签名" in page and "<noscript>" in page


def test_the_page_speaks_the_customer_s_language_until_another_is_chosen(line: Line, app: Any):
    number = line.at("awaiting_confirmation")
    track = address(app, number, Purpose.track)
    client = app.test_client()
    english = {"Accept-Language": "en"}
    assert "您的投诉" in client.get(track, headers=english).get_data(as_text=True)
    chosen = client.post("/language", data={"locale": "en", "next": track})
    assert chosen.headers["Location"] == track  # the page tells no address to the next one, so it says where it was
    assert "Your complaint" in client.get(track).get_data(as_text=True)
    for strange in ("//example.com/", "/\\example.com", "https://example.com/x", "http://["):
        assert client.post("/language", data={"locale": "en", "next": strange}).headers["Location"] == "/"


def test_who_follows_a_dead_link_is_told_what_to_do_and_not_led_inside(app: Any):
    page = chinese(app, "/a/" + "x" * 43)
    assert "链接无效" in page and "重新发送链接" in page
    assert "工作台" not in page and "noindex" in page


def test_too_many_tries_are_refused_with_a_sentence(template: Path, tmp_path: Path):
    from app import create_app

    shutil.copy(template / "portal.db", tmp_path / "portal.db")
    app = create_app(
        {
            "PORTAL_ENV": "test",
            "DATA_DIR": str(tmp_path),
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path / 'portal.db'}",
            "SECRET_KEY": "test-" * 8,
            "RATELIMIT_ENABLED": True,
            "PUBLIC_RATE_LIMIT": "3 per day",
        }
    )
    client, zh = app.test_client(), {"Accept-Language": "zh"}
    answers = [client.get("/a/" + "x" * 43, headers=zh) for _turn in range(5)]
    assert [answer.status_code for answer in answers] == [404] * 3 + [429] * 2
    page = answers[-1].get_data(as_text=True)
    assert "请稍候一分钟" in page and "工作台" not in page
    with app.app_context():
        db.engine.dispose()


def test_2_4_a_quotation_of_a_round_that_is_over_is_asked_no_more(line: Line, app: Any):
    number = line.at("on_site")
    line.must("technician", number, "quote", lines=[{"description": "x", "quantity": 1, "price": "9"}], amount="9")
    url, track = address(app, number, Purpose.quote), address(app, number, Purpose.track)
    assert url in chinese(app, track)
    line.must("technician", number, "dispute", reason="顾客不同意")
    assert url not in chinese(app, track)
    assert app.test_client().get(url).headers["Location"].startswith("/t/")


def test_2_5b_a_link_is_sent_anew_and_the_earlier_one_ends(line: Line, app: Any, as_role: Any, session: Any):
    number = line.at("awaiting_confirmation")
    old, reception = address(app, number), as_role("reception", "en")
    mails = sa.text("SELECT count(*) FROM outbox_mail WHERE event = 'customer_confirm' AND record_id = :n")
    before = session.scalar(mails, {"n": number})
    assert reception.post(f"/complaint/{number}/customer-links/confirm/renew").status_code == 303
    new = address(app, number)
    assert new != old
    assert app.test_client().get(old).status_code == 404
    assert app.test_client().get(new).status_code == 200
    session.rollback()
    assert session.scalar(mails, {"n": number}) == before + 1
    last = line.by("auditor").get(f"complaint/{number}/history").json[-1]
    assert (last["step"], last["actor"]) == ("renew_link", "reception")


def test_2_5b_a_link_is_withdrawn(line: Line, app: Any, as_role: Any):
    number = line.at("awaiting_confirmation")
    url, qc = address(app, number), as_role("qc", "en")
    assert qc.post(f"/complaint/{number}/customer-links/confirm/revoke").status_code == 303
    assert app.test_client().get(url).status_code == 404
    assert app.test_client().post(url, data=SIGNED).status_code == 404
    page = qc.get(f"/complaint/{number}/customer-links").get_data(as_text=True)
    assert "There is no valid link at the moment" in page
    assert line.by("auditor").get(f"complaint/{number}/history").json[-1]["step"] == "revoke_link"


def test_only_who_speaks_with_the_customer_sends_or_withdraws_links(line: Line, app: Any, as_role: Any):
    number = line.at("awaiting_confirmation")
    url = address(app, number)
    for login in ("admin", "auditor", "leader", "sales", "technician2", "finance"):
        for act in ("renew", "revoke"):
            answer = as_role(login).post(f"/complaint/{number}/customer-links/confirm/{act}")
            assert answer.status_code in (403, 404), (login, act)
    assert app.test_client().post(f"/complaint/{number}/customer-links/confirm/revoke").status_code in (302, 401)
    assert app.test_client().get(url).status_code == 200
    done = as_role("qc", "en").post(f"/complaint/{number}/customer-links/survey/renew", follow_redirects=True)
    assert "no longer asked for this" in done.get_data(as_text=True)


def test_the_tracking_link_of_a_merged_complaint_shows_how_far_the_other_one_is(line: Line, app: Any):
    first, second = line.register(), line.at("at_qc")
    url = address(app, first, Purpose.track)
    line.must("reception", first, "merge", into=second)
    page = app.test_client().get(url).get_data(as_text=True)
    other = line.read(second)["number"]
    assert other in page and line.read(first)["number"] in page
    theirs = app.test_client().get(address(app, second, Purpose.track)).get_data(as_text=True)
    way = re.compile(r'<ol class="way">.*?</ol>', re.DOTALL)
    assert way.findall(page) == way.findall(theirs) != []


def test_a_link_of_a_merged_complaint_takes_no_signature_and_leads_to_where_it_goes_on(line: Line, app: Any):
    first, second = line.at("awaiting_confirmation"), line.register()
    url = address(app, first)
    line.must("reception", first, "merge", into=second)
    answer = app.test_client().post(url, data={**SIGNED, "signature": drawn()})
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/t/")
    assert line.by("auditor").get(f"complaint/{first}/attachments").json == []
    assert line.read(second)["number"] in app.test_client().get(answer.headers["Location"]).get_data(as_text=True)


@pytest.mark.parametrize(("locale", "thanks", "not_said"), [("zh", "谢谢", "已结案"), ("en", "Thank you", "closed")])
def test_who_signs_reads_thank_you_and_how_to_reach_the_company(
    line: Line, app: Any, locale: str, thanks: str, not_said: str
):
    number = line.at("awaiting_confirmation")
    url = address(app, number)
    client = app.test_client()
    client.post("/language", data={"locale": locale})
    sent = {"digest": digest_on(client.get(url)), "signature": drawn(), **SIGNED}
    page = client.post(url, data=sent, follow_redirects=True).get_data(as_text=True)
    assert thanks in page and not_said not in page
    with app.app_context():
        from app.core import settings

        known = [settings.get(db.session, name) for name in ("company_phone", "company_mail")]
        db.session.remove()
    assert all(known), "the demo company tells how to reach it"
    assert all(text in page for text in known)
