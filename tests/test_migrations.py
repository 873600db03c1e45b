"""The schema goes up, down and up again with data, on both databases, and equals the models."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_babel import force_locale
from flask_migrate import check, downgrade, upgrade

from app.complaints.consultation import Consultation
from app.complaints.models import Complaint
from app.core.record import finding, links
from app.core.record.audit import faults
from app.core.record.contacts import ContactLog
from app.core.record.finder import Finder
from app.core.record.links import PublicLink
from app.core.record.records import Record
from app.core.record.shadows import forget, is_shadow, learn, shadow_named
from app.core.record.signatures import Confirmation
from app.core.time import clock
from app.corrective.models import CorrectiveAction
from app.customers.models import Contact, Customer, ProductUnit
from app.customers.searching import CONTACTS, CUSTOMERS
from app.demo.plots import PLOTS
from app.demo.story import tell
from app.extensions import db
from app.gm.models import GmReport
from app.setup import initialise

from .conftest import NOW, portal_at
from .support import staff

RECORDS = Finder(Record, lambda word: finding.ways(word, numbers=True))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    url = (
        f"sqlite:///{tmp_path / 'fresh.db'}" if request.param == "sqlite" else request.getfixturevalue("empty_postgres")
    )
    app = portal_at(tmp_path, url)
    with app.app_context(), clock.frozen(NOW):
        yield app
        db.session.remove()
        db.engine.dispose()


def test_the_schema_goes_up_down_and_up_again_with_data(fresh: Flask):
    initialise()
    staff(db.session)
    db.session.commit()
    db.session.remove()
    check()
    downgrade(revision="base")
    with db.engine.connect() as connection:
        left = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
    assert left == set()
    upgrade()
    initialise()
    assert db.session.execute(sa.text("SELECT count(*) FROM region")).scalar_one() > 3000


def test_initialising_twice_changes_nothing(fresh: Flask):
    initialise()
    counts = [
        db.session.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()
        for table in ("ab_permission_view_role", "function", "deadline_rule", "region")
    ]
    initialise()
    assert counts == [
        db.session.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()
        for table in ("ab_permission_view_role", "function", "deadline_rule", "region")
    ]


WRITTEN_BEFORE = (
    ("customer", "name = '宁波（滨江）李　明', phone = '（0574）8888 1234转8012'"),
    ("contact", "name = '欧阳　娜', mobile = '13800001234/13900001234'"),
    ("complaint", "contact_phone = '+86 139-1234-5678', contact_name = '王　工', batch_no = 'B2026—X2'"),
    ("product_unit", "serial_no = 'sn 0001'"),
)


def test_what_was_written_before_is_the_same_and_is_found_afterwards(fresh: Flask):
    """The keys of the rows that were there, and the search over them; a machine entered twice keeps one key."""
    initialise()
    staff(db.session)
    facts = {"state": "received", "channel": "phone", "site_region_code": "330206", "customer_id": 1}
    db.session.add(Complaint(number="TS-1", title="主轴", description="异响", **facts))
    db.session.add(ProductUnit(serial_no="SN-0001", product_id=1))
    db.session.commit()
    db.session.remove()
    downgrade(revision="20261124_letter")
    for table, written in WRITTEN_BEFORE:
        db.session.execute(sa.text(f"UPDATE {table} SET {written} WHERE id = 1"))
    db.session.commit()
    db.session.remove()
    initialise()
    customer, contact, complaint = (db.session.get_one(model, 1) for model in (Customer, Contact, Complaint))
    assert (customer.name_key, customer.phone_digits) == ("宁波(滨江)李明", "57488881234")
    assert contact.phone_digits == "13800001234 13900001234"
    assert (complaint.phone_digits, complaint.batch_key) == ("13912345678", "b2026x2")
    units = db.session.scalars(sa.select(ProductUnit).where(ProductUnit.serial_no.like("%0001")))
    assert {unit.serial_no: unit.serial_key for unit in units} == {"sn 0001": "sn0001", "SN-0001": None}
    for model, find, typed in (
        (Customer, CUSTOMERS, "(滨江)"),
        (Customer, CUSTOMERS, "0574 8888 1234"),
        (Contact, CONTACTS, "欧阳娜"),
        (Complaint, RECORDS, "王工"),
        (Complaint, RECORDS, "b2026x2"),
    ):
        assert db.session.scalars(sa.select(model.id).where(find(db.session, typed))).all() == [1], typed


ONE_EACH = {"complaint", "corrective_action", "consultation", "gm_report"}


def searched_kind_by_kind() -> dict[str, dict[int, str]]:
    """What the shadows of the version before hold."""
    with db.engine.connect() as connection:
        names = {name for name in sa.inspect(connection).get_table_names() if is_shadow(name)}
        assert names >= {f"{kind}_search" for kind in ONE_EACH} and "record_search" not in names
        shadows = {kind: shadow_named(f"{kind}_search")[0] for kind in (*ONE_EACH, "complaint_phone")}
        return {
            kind: {row.id: row.text for row in connection.execute(sa.select(shadow.c.id, shadow.c.text))}
            for kind, shadow in shadows.items()
        }


def numbers_found(typed: str) -> list[str]:
    """What the search of today finds, by words and by phone."""
    condition = RECORDS(db.session, typed)
    assert condition is not None
    found = sorted(db.session.scalars(sa.select(Record.number).where(condition)))
    db.session.remove()
    return found


def test_what_was_found_kind_by_kind_is_found_by_the_one_search_and_back_again(fresh: Flask):
    initialise()
    staff(db.session)
    facts = {"channel": "phone", "site_region_code": "330206", "customer_id": 1, "contact_phone": "0574-8888 1234"}
    complaint = Complaint(number="TS-1", title="主轴", state="received", description="异响", **facts)
    question = Consultation(number="TS-1-H1", title="主轴", state="asked", complaint=complaint, department_id=1)
    notice = CorrectiveAction(number="JZ-1", title="力矩", state="draft", problem="力矩\n工装磨损", department_id=1)
    report = GmReport(number="ZD-1", title="索赔", state="open", reason="other")
    db.session.add_all((complaint, question, notice, report))
    db.session.commit()
    number = complaint.id
    db.session.remove()
    for _turn in range(2):
        downgrade(revision="20261128_witness")
        before = searched_kind_by_kind()
        assert {kind: len(before[kind]) for kind in before} == dict.fromkeys(before, 1)
        assert before["complaint_phone"] == {number: "57488881234"}
        with db.engine.begin() as connection:  # as the version before wrote a correction
            forget(connection, "complaint_search", number)
            learn(connection, "complaint_search", [(number, "丝杠 异响 ts1")])
            connection.execute(sa.text("UPDATE record SET title = '丝杠' WHERE id = :id"), {"id": number})
        upgrade()
        check()
        assert numbers_found("丝杠") == ["TS-1"]
        assert numbers_found("主轴") == ["TS-1-H1"]
        assert numbers_found("ts-1") == ["TS-1", "TS-1-H1"]
        assert (numbers_found("工装"), numbers_found("zd1"), numbers_found("索赔")) == (["JZ-1"], ["ZD-1"], ["ZD-1"])
        assert numbers_found("88881234") == numbers_found("0574 8888") == ["TS-1"]
        assert sum(index.fill_missing(db.session) for index in (finding.RECORDS, finding.PHONES)) == 0
        row = db.session.get_one(Complaint, number)
        row.title = "主轴"
        db.session.commit()
        db.session.remove()
        assert (numbers_found("丝杠"), numbers_found("主轴")) == ([], ["TS-1", "TS-1-H1"])


LED_TO_A_COMPLAINT = {
    "contact_log": ("complaint_id", "channel", "content"),
    "confirmation": ("complaint_id", "service_id", "content_sha256"),
    "public_link": ("complaint_id", "purpose", "subject_id", "token_hash"),
}
SIGNED = tuple(plot for plot in PLOTS if any(scene.step == "confirm" for scene in plot.scenes))[:3]
LEADS_TO_A_RECORD = {"complaint_id": "record_id", "service_id": "subject_id"}


def rows_in(names: dict[str, str]) -> dict[str, list[tuple[object, ...]]]:
    """What the three tables hold, under the columns' names of either version."""
    with db.engine.connect() as connection:
        return {
            table: [tuple(row) for row in connection.execute(sa.text(f"SELECT {told} FROM {table} ORDER BY id"))]
            for table, columns in LED_TO_A_COMPLAINT.items()
            for told in [", ".join(("id", *(names.get(column, column) for column in columns)))]
        }


def witnessed() -> list[tuple[object, ...]]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text("SELECT * FROM record_witness ORDER BY record_id"))]


def marked() -> dict[str, set[str]]:
    """Under which names the columns that were renamed are witnessed."""
    found: dict[str, set[str]] = {}
    for _record, marks, _code in witnessed():
        for row, columns in json.loads(str(marks)).items():
            found.setdefault(row.partition(":")[0], set()).update(columns)
    renamed = {*LEADS_TO_A_RECORD, *LEADS_TO_A_RECORD.values()} - {"subject_id"}
    return {table: found[table] & renamed for table in LED_TO_A_COMPLAINT}


def test_signatures_links_and_contacts_hold_as_the_records_own_and_back_again(fresh: Flask):
    """Nothing is written anew: neither a row nor a mark of what was written; a link that was given opens the page."""
    initialise()
    staff(db.session)
    db.session.commit()
    tell(db.session, SIGNED)
    number = db.session.scalars(sa.select(Complaint.id).limit(1)).one()
    db.session.add(ContactLog(record_id=number, channel="phone", content="无人接听", reached=False))
    db.session.commit()
    holds = {row.id: row.holds for row in db.session.scalars(sa.select(Confirmation))}
    addresses = [(link.id, links.token_of(link)) for link in db.session.scalars(sa.select(PublicLink))]
    track = links.address(db.session, number, links.TRACK).partition("/t/")[2]
    assert sum(holds.values()) >= 3 and list(faults(db.session)) == []
    db.session.remove()
    rows, marks = rows_in(LEADS_TO_A_RECORD), witnessed()
    assert all(rows.values())
    for _turn in range(2):
        downgrade(revision="20261128_own")
        assert rows_in({}) == rows and witnessed() == marks
        assert marked() == {table: set(LEADS_TO_A_RECORD) & set(told) for table, told in LED_TO_A_COMPLAINT.items()}
        upgrade()
        check()
        assert rows_in(LEADS_TO_A_RECORD) == rows and witnessed() == marks
        assert list(faults(db.session)) == []
        assert {row.id: row.holds for row in db.session.scalars(sa.select(Confirmation))} == holds
        assert [(link.id, links.token_of(link)) for link in db.session.scalars(sa.select(PublicLink))] == addresses
        db.session.remove()
        assert fresh.test_client().get(f"/t/{track}").status_code == 200
        db.session.remove()  # or its transaction is in the way of the next downgrade


def test_what_is_signed_is_found_changed_after_the_upgrade_as_before(fresh: Flask):
    initialise()
    staff(db.session)
    db.session.commit()
    tell(db.session, SIGNED)
    db.session.remove()
    downgrade(revision="20261128_own")
    with db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE confirmation SET signer_name = 'nobody' WHERE id = 1"))
        other = "SELECT min(id) FROM complaint WHERE id <> (SELECT complaint_id FROM public_link WHERE id = 1)"
        connection.execute(sa.text(f"UPDATE public_link SET complaint_id = ({other}) WHERE id = 1"))
    upgrade()
    with force_locale("en"):
        found = "\n".join(faults(db.session))
    assert "signer_name" in found and found.count("outside the history") == 3
