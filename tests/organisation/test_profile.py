"""Everybody's own page: the present password is asked, the policy holds, other sessions end."""

from __future__ import annotations

from tests.support import PASSWORD

NEW = "Another-Password-2027!"


def change(person, present: str, new: str, again: str):
    return person.post("/profile/password", {"present": present, "password": new, "again": again})


def test_the_present_password_is_asked_and_the_new_one_obeys_the_policy(as_role):
    qc = as_role("qc")
    for present, new, again, told in (
        (PASSWORD + "x", NEW, NEW, "not your present password"),
        (PASSWORD, "short", "short", "at least 10 characters"),
        (PASSWORD, NEW, NEW + "x", "differ"),
        ("", "", "", "Please fill in"),
    ):
        answer = change(qc, present, new, again)
        assert answer.status_code == 422
        assert told in answer.text
        assert NEW not in answer.text


def test_nobody_sees_a_profile_without_signing_in(app):
    assert app.test_client().get("/profile/").status_code == 302
