"""Deny by default: no page without a sign-in but the few listed, and nothing changes by GET."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from flask import Flask

from app.core.rights.rights import rights_of
from app.extensions import db

OPEN = {"/login/", "/favicon.ico", "/health/live", "/health/ready", "/logout/", "/back", "/"}
OPEN |= {"/m/", "/m/sw.js"}  # the phone's shell: nobody's data, no token
EXAMPLE = {
    "pk": "1",
    "kind": "csv",
    "name": "customer",
    "code": "complaint_record",
    "number": "1",
    "step": "void",
    "form": "complaint_record",
    "version": "v1",
    "filename": "portal.css",
    "day": "2026-11-24",
    "year": "2026",
}


def urls(app: Flask, method: str) -> list[str]:
    """Every address of the portal, with example values filled in."""
    found = []
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            if method in (rule.methods or ()) and not rule.endpoint.endswith("static"):
                values = {name: EXAMPLE.get(name, "1") for name in rule.arguments}
                found.append(adapter.build(rule.endpoint, values, method=method))
    return sorted(set(found))


def test_nobody_sees_anything_without_signing_in(app: Flask):
    client = app.test_client()
    leaks = []
    for url in urls(app, "GET"):
        answer = client.get(url)
        answer.close()
        inside = answer.status_code == 200 and url.partition("?")[0] not in OPEN
        if inside or answer.status_code >= 500:
            leaks.append((url, answer.status_code))
    assert leaks == []


def test_nobody_changes_anything_without_signing_in(app: Flask):
    client = app.test_client()
    before = digest(app)
    for url in urls(app, "POST"):
        assert client.post(url).status_code < 500, url
    assert digest(app) == before


def test_nothing_changes_by_get(app: Flask, as_role):
    admin, reception = as_role("admin"), as_role("reception")
    before = digest(app)
    for url in urls(app, "GET"):
        for person in (admin, reception):
            answer = person.get(url)
            answer.close()
            assert answer.status_code < 500, url
    assert digest(app) == before


def digest(app: Flask) -> str:
    """What the database holds."""
    total = hashlib.sha256()
    with app.app_context(), db.engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        for name in sorted(each for each in names if not each.endswith("_fts")):  # these hold no rows to be read
            rows = connection.execute(sa.text(f'SELECT * FROM "{name}"')).all()
            total.update(repr((name, sorted(map(repr, rows)))).encode())
    return total.hexdigest()


def test_a_right_taken_away_is_gone_at_the_next_click(app: Flask, as_role, session):
    qc = as_role("qc")
    assert qc.get("/complaint/list/").status_code == 200
    session.execute(
        sa.text(
            "DELETE FROM ab_permission_view_role WHERE permission_view_id IN (SELECT pv.id FROM ab_permission_view pv "
            "JOIN ab_permission p ON p.id = pv.permission_id JOIN ab_view_menu v ON v.id = pv.view_menu_id "
            "WHERE p.name = 'can_list' AND v.name = 'Complaint')"
        )
    )
    session.commit()
    assert qc.get("/complaint/list/").status_code in (302, 403)


def test_rights_seen_in_a_transaction_that_is_rolled_back_are_not_remembered(own_portal: Flask):
    """Whoever is told beside is asked for in the middle of a step: what that step would have given must not stay."""
    give = sa.text(
        "INSERT INTO ab_permission_view_role (id, permission_view_id, role_id) "
        "SELECT (SELECT max(id) + 1 FROM ab_permission_view_role), pv.id, f.role_id "
        "FROM ab_permission_view pv, ab_permission p, ab_view_menu v, function f "
        "WHERE p.id = pv.permission_id AND v.id = pv.view_menu_id "
        "AND p.name = 'can_edit' AND v.name = 'Access' AND f.code = :code"
    )
    with own_portal.app_context():
        sales = db.session.scalar(sa.text("SELECT id FROM ab_user WHERE username = 'sales'"))
        db.session.execute(give, {"code": "sales"})
        inside = rights_of(db.session, sales)
        assert inside is not None and inside.may("can_edit", "Access")
        db.session.rollback()
        db.session.execute(give, {"code": "gm"})  # as many rights as were rolled back
        db.session.commit()
        now = rights_of(db.session, sales)
        assert now is not None and not now.may("can_edit", "Access")


def test_a_deactivated_person_is_out_at_once(app: Flask, as_role, session):
    qc = as_role("qc")
    session.execute(sa.text("UPDATE ab_user SET active = 0 WHERE username = 'qc'"))
    session.commit()
    assert qc.get("/complaint/list/").status_code == 302


def test_seeding_never_brings_back_what_was_taken_away(app: Flask, session):
    from app.setup import seed

    taken = sa.text(
        "DELETE FROM ab_permission_view_role WHERE role_id = (SELECT role_id FROM function WHERE code = 'qc')"
    )
    session.execute(taken)
    session.commit()
    with app.app_context():
        seed()
    left = sa.text(
        "SELECT count(*) FROM ab_permission_view_role WHERE role_id = (SELECT role_id FROM function WHERE code = 'qc')"
    )
    assert session.execute(left).scalar_one() == 0
