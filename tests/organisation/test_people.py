"""An administrator makes departments and people; what they may do is there at the next click."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.core.record.records import Record
from app.organisation.models import Department, EmployeeCompetence, EmployeeProfile

SECRET = "A-good-Password-1"
PERSON = {
    "username": "new_clerk",
    "last_name": "钱",
    "first_name": "多",
    "email": "new_clerk@example.com",
    "password": SECRET,
    "locale": "zh",
    "active": "true",
}


def sign_in(app, login, password):
    client = app.test_client()
    client.post("/login/", data={"username": login, "password": password})
    return client


def department(session, code):
    return session.scalars(select(Department).where(Department.code == code)).one()


def form_of(row):
    return {
        "code": row.code,
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "kind": row.kind,
        "line": row.line,
        "active": "true",
        "row_version": row.version,
    }


def test_a_new_department_gets_a_group_and_its_people_its_roles_at_the_next_click(app, as_role, session):
    admin = as_role("admin")
    answer = admin.post(
        "/department/add",
        {"code": "hotline", "name_zh": "热线部", "name_en": "Hotline", "kind": "reception", "line": "mf", "roles": []},
    )
    assert answer.status_code == 302
    hotline = department(session, "hotline")
    assert hotline.group is not None and hotline.group.roles == []
    assert admin.post("/employee/add", {**PERSON, "department": hotline.id}).status_code == 302
    clerk = sign_in(app, "new_clerk", SECRET)
    assert clerk.get("/complaint/list/").status_code in (302, 403)
    assert admin.post(f"/department/edit/{hotline.id}", {**form_of(hotline), "roles": ["reception"]}).status_code == 302
    assert clerk.get("/complaint/list/").status_code == 200
    assert clerk.get("/complaint/add").status_code == 200
    session.expire_all()
    assert admin.post(f"/department/edit/{hotline.id}", form_of(department(session, "hotline"))).status_code == 302
    assert clerk.get("/complaint/list/").status_code in (302, 403)


def test_moving_a_person_moves_the_rights(app, as_role, session, rest):
    admin = as_role("admin")
    assert admin.post("/employee/add", {**PERSON, "department": department(session, "qc").id}).status_code == 302
    clerk = sign_in(app, "new_clerk", SECRET)
    assert clerk.get("/product/add").status_code == 200
    person = rest("admin").get("employee/?q=(filters:!((col:username,opr:eq,value:new_clerk)))").json["result"][0]
    moved = rest("admin").put(
        f"employee/{person['id']}", {"department": "reception"}, headers={"If-Match": str(person["version"])}
    )
    assert moved.status_code == 200, moved.json
    assert clerk.get("/product/add").status_code in (302, 403)
    assert clerk.get("/complaint/add").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": ""}, "password"),
        ({"email": "nobody"}, "email"),
        ({"username": "RECEPTION"}, "username"),
        ({"email": "qc@example.com"}, "email"),
        ({"last_name": "", "first_name": ""}, "last_name"),
        ({"username": "no blanks"}, "username"),
        ({"department": "nowhere"}, "department"),
        ({"roles": ["king"]}, "roles"),
        ({"absent_from": "2026-12-01"}, "absent_to"),
        ({"absent_from": "2026-12-05", "absent_to": "2026-12-01"}, "absent_to"),
    ],
)
def test_a_wrong_field_is_said_beside_it_and_what_was_typed_stays(rest, as_role, wrong, field):
    answer = rest("admin").post("employee/", {**PERSON, **wrong})
    assert answer.status_code == 422 and field in answer.json["message"], answer.json
    page = as_role("admin").post("/employee/add", {**PERSON, **wrong})
    assert page.status_code == 422
    assert 'value="钱"' in page.text or wrong.get("last_name") == ""
    assert SECRET not in page.text


def test_a_login_stays_and_a_new_password_ends_the_sessions(app, as_role, session, rest):
    admin = as_role("admin")
    admin.post("/employee/add", {**PERSON, "department": department(session, "qc").id})
    clerk = sign_in(app, "new_clerk", SECRET)
    assert clerk.get("/").status_code == 200
    number = rest("admin").get("employee/?q=(filters:!((col:username,opr:eq,value:new_clerk)))").json["ids"][0]
    form = {
        **PERSON,
        "department": department(session, "qc").id,
        "row_version": session.get(EmployeeProfile, number).version,
    }
    assert admin.post(f"/employee/edit/{number}", {**form, "username": "other"}).status_code == 422
    assert admin.post(f"/employee/edit/{number}", {**form, "password": "Another-Password-2"}).status_code == 302
    assert clerk.get("/complaint/list/").status_code == 302
    assert sign_in(app, "new_clerk", "Another-Password-2").get("/product/list/").status_code == 200


def test_a_deactivated_person_is_out_at_once(app, as_role, session, rest):
    tool = rest("admin")
    qc = as_role("qc")
    person = tool.get("employee/?q=(filters:!((col:username,opr:eq,value:qc)))").json["result"][0]
    assert (
        tool.put(
            f"employee/{person['id']}", {"active": False}, headers={"If-Match": str(person["version"])}
        ).status_code
        == 200
    )
    assert qc.get("/complaint/list/").status_code in (302, 401)
    again = tool.put(f"employee/{person['id']}", {"active": True}, headers={"If-Match": str(person["version"])})
    assert again.status_code == 409  # somebody (we) changed it meanwhile
    assert tool.put(f"employee/{person['id']}", {"active": True}).status_code == 428


def test_the_last_administrator_stays(rest):
    tool = rest("admin")
    me = tool.get("employee/?q=(filters:!((col:username,opr:eq,value:admin)))").json["result"][0]
    for change in ({"active": False}, {"roles": []}):
        answer = tool.put(f"employee/{me['id']}", change, headers={"If-Match": str(me["version"])})
        assert answer.status_code == 409 and "nobody could manage" in answer.json["message"]
    assert tool.get(f"employee/{me['id']}").json["result"]["roles"] == ["admin"]


def test_a_staffed_department_is_not_closed(rest):
    tool = rest("admin")
    row = tool.get("department/?q=(filters:!((col:code,opr:eq,value:qc)))").json["result"][0]
    answer = tool.put(f"department/{row['id']}", {"active": False}, headers={"If-Match": str(row["version"])})
    assert answer.status_code == 409 and "people still work" in answer.json["message"]
    assert (
        tool.put(f"department/{row['id']}", {"code": "other"}, headers={"If-Match": str(row["version"])}).status_code
        == 422
    )
    assert (
        tool.put(
            f"department/{row['id']}", {"parent": row["id"]}, headers={"If-Match": str(row["version"])}
        ).status_code
        == 422
    )


def test_who_leaves_with_open_work_is_told_of(as_role, session, app):
    with app.app_context():
        from app.extensions import db

        user = db.session.scalars(
            select(EmployeeProfile.user_id).join(EmployeeProfile.user).where(EmployeeProfile.user.has(username="sales"))
        ).one()
        db.session.add(Record(kind="record", number="X-1", state="open", owner=f"user:{user}"))
        db.session.commit()
    profile = session.get(EmployeeProfile, user)
    answer = as_role("admin").post(
        f"/employee/edit/{user}",
        {
            "username": "sales",
            "last_name": "郑",
            "first_name": "丽",
            "email": "sales@example.com",
            "active": "false",
            "department": profile.department_id,
            "row_version": profile.version,
        },
        follow_redirects=True,
    )
    assert "1 records still wait" in answer.text


def test_2_1_a_warning_when_nobody_is_reception(as_role, session):
    admin = as_role("admin")
    page = admin.get("/access/").text
    assert "2.1 asks for a dedicated person" not in page
    reception = department(session, "reception")
    answer = admin.post(
        f"/department/edit/{reception.id}",
        {**form_of(reception), "manager": reception.manager_id or "", "roles": ["sales"]},
        follow_redirects=True,
    )
    assert "2.1 asks for a dedicated person" in answer.text  # the lead holds another function
    assert "2.1 asks for a dedicated person" in admin.get("/access/").text


def test_2_3_competences_with_their_validity(as_role, session, rest):
    admin = as_role("admin")
    zhao = session.scalars(
        select(EmployeeProfile).join(EmployeeProfile.user).where(EmployeeProfile.user.has(username="technician2"))
    ).one()
    page = admin.get(f"/employee/show/{zhao.user_id}").text
    assert "expired" in page and "ZS-OLD" in page
    made = rest("admin").post(
        "competence/", {"code": "laser", "name_zh": "激光", "name_en": "Laser", "product_category": "cnc"}
    )
    assert made.status_code == 201
    form = {"user": zhao.user_id, "competence": made.json["id"], "valid_from": "2026-11-01", "valid_to": "2026-12-01"}
    assert admin.post("/employee_competence/add", {**form, "valid_to": "2026-10-01"}).status_code == 422
    assert admin.post("/employee_competence/add", form).status_code == 302
    assert "expires soon" in admin.get(f"/employee/show/{zhao.user_id}").text
    twice = admin.post("/employee_competence/add", form)
    assert twice.status_code == 422 and "already" in twice.text  # a sentence, never a 500
    number = session.scalars(
        select(EmployeeCompetence.id).where(EmployeeCompetence.competence_id == made.json["id"])
    ).one()
    assert admin.post(f"/competence/delete/{made.json['id']}", follow_redirects=True).status_code == 200
    assert admin.post(f"/employee_competence/delete/{number}").status_code == 302


def test_what_the_deputy_and_the_language_need_is_kept(rest, session):
    tool = rest("admin")
    person = tool.get("employee/?q=(filters:!((col:username,opr:eq,value:qc_manager)))").json["result"][0]
    answer = tool.put(
        f"employee/{person['id']}",
        {
            "absent_from": "2026-11-24",
            "absent_to": "2026-11-30",
            "deputy": "qc",
            "locale": "en",
            "is_dedicated_intake": True,
        },
        headers={"If-Match": str(person["version"])},
    )
    assert answer.status_code == 200, answer.json
    kept = answer.json["result"]
    assert kept["locale"] == "en" and kept["is_dedicated_intake"] is True and kept["roles"] == ["qc_manager"]
    assert kept["version"] > person["version"]
    assert rest("qc").get("complaint/").status_code == 200
    wrong = tool.put(f"employee/{person['id']}", {"deputy": "qc_manager"}, headers={"If-Match": str(kept["version"])})
    assert wrong.status_code == 422 and "deputy" in wrong.json["message"]
