"""2.5 by link: the customer reads and confirms without a login, once; a GET changes nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa

from app.extensions import db
from app.public import links
from app.public.models import Purpose
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


def test_after_the_closure_the_customer_says_how_it_was_once(line: Line, app: Any, session: Any):
    number = line.at("negotiating")
    line.must("reception", number, "negotiate", content="solved", satisfied=True)
    line.must("reception", number, "settle")
    url = address(app, number, Purpose.survey)
    client = app.test_client()
    digest = digest_on(client.get(url))
    assert client.post(url, data={"score": "4", "remark": "快", "digest": digest}).status_code == 303
    assert client.post(url, data={"score": "1", "digest": digest}).status_code == 303
    assert session.execute(sa.text("SELECT score, remark FROM survey")).all() == [(4, "快")]


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
    assert as_role("sales").get(f"/complaint/{number}/customer-links").status_code in (403, 404)
    assert app.test_client().get(f"/complaint/{number}/customer-links").status_code in (302, 401)
    assert as_role("qc").get(f"/complaint/{10**14}/customer-links").status_code == 404
