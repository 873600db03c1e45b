"""FAB's security manager, hardened: one rights question per request, lock-out, sessions that really end."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Blueprint, current_app, flash, g, has_request_context, jsonify, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.api import SecurityApi
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import User
from flask_appbuilder.security.views import AuthDBView
from flask_login import current_user, logout_user
from werkzeug.security import check_password_hash, generate_password_hash
from werkzeug.wrappers import Response

from ..model import rows_written
from ..pages import held
from ..text import cleaning
from ..text.wording import gettext as _
from ..time import clock
from ..time.when import HOUR, stamp
from ..types import Json, UtcDateTime
from . import counting, seeing
from .current import current_rights
from .rights import Rights, rights_of

TRIES, LOCKED = 5, timedelta(minutes=15)
LONGEST = 500  # of a typed name or password

STANDING = sa.text("""
    SELECT v.n, u.active, COALESCE(p.session_epoch, 0),
        COALESCE((SELECT edition FROM override_version WHERE id = 1), ''),
        COALESCE((SELECT n FROM custom_field_version WHERE id = 1), 0)
    FROM rights_version v, ab_user u
    LEFT JOIN employee_profile p ON p.user_id = u.id WHERE v.id = 1 AND u.id = :user""")
LOCK = sa.text("SELECT locked_until FROM employee_profile WHERE user_id = :user").columns(locked_until=UtcDateTime)
TRY = sa.text("""
    UPDATE employee_profile SET
        failed_logins = CASE WHEN failed_logins >= :most THEN 1 ELSE failed_logins + 1 END,
        locked_until = CASE WHEN failed_logins = :most - 1 THEN :until ELSE NULL END
    WHERE user_id = :user AND (locked_until IS NULL OR locked_until <= :now)""").bindparams(
    sa.bindparam("until", type_=UtcDateTime), sa.bindparam("now", type_=UtcDateTime), most=TRIES
)
UNLOCK = sa.text("UPDATE employee_profile SET failed_logins = 0, locked_until = NULL WHERE user_id = :user")
END_SESSIONS = sa.text("UPDATE employee_profile SET session_epoch = session_epoch + 1 WHERE user_id = :user")


class SignIn(AuthDBView):
    """Sign-in and sign-out; signing out is a POST and ends every session of the person."""

    @expose("/login/", methods=["GET", "POST"])
    def login(self) -> ResponseReturnValue:
        """Signing in; a form that had come too late goes on from here."""
        answer: ResponseReturnValue = held.after_sign_in(super().login())
        return answer

    @expose("/logout/", methods=["GET"])
    def logout(self) -> Response:
        return redirect(self.appbuilder.get_url_for_index)

    @expose("/sign-out", methods=["POST"])
    def sign_out(self) -> Response:
        if current_user.is_authenticated:
            seeing.end(self.appbuilder.session, current_user.id)
            self.appbuilder.sm.end_sessions(current_user.id)
        logout_user()
        session.clear()
        return redirect(self.appbuilder.get_url_for_login)


class RestSignIn(SecurityApi):
    """FAB's sign-in for programs, refusing in the caller's language."""

    def response_401(self) -> ResponseReturnValue:
        return refused_token()

    def response_400(self, message: object = None) -> ResponseReturnValue:
        return jsonify(message=_("Send username, password and provider “db” as JSON.")), 400


def refused_token(*_why: object) -> ResponseReturnValue:
    """A program is told what a person would be: sign in (again), or wait."""
    until = g.get("locked_until")
    text = too_many_tries(until) if until else _("Sign in with user name and password, or with a valid token.")
    return jsonify(message=text), 401


def too_many_tries(until: datetime) -> str:
    return _("Too many wrong tries. Try again after %(time)s.", time=stamp(until, HOUR))


class PortalSecurityManager(SecurityManager):
    """Rights from the snapshot; no role is magic, not even the administrator's."""

    authdbview = SignIn
    security_api = RestSignIn

    def __init__(self, appbuilder: object) -> None:
        # whom nobody knows is checked as long as whom we know
        current_app.config["AUTH_DB_FAKE_PASSWORD_HASH_CHECK"] = generate_password_hash(secrets.token_hex())
        super().__init__(appbuilder)
        self.lm.login_view = "SignIn.login"
        self.jwt_manager.additional_claims_loader(self._claims)
        for refusal in (
            self.jwt_manager.unauthorized_loader,
            self.jwt_manager.invalid_token_loader,
            self.jwt_manager.expired_token_loader,
            self.jwt_manager.user_lookup_error_loader,
        ):
            refusal(refused_token)

    def register_views(self) -> None:
        """Sign-in, people, roles and the own profile have pages of their own."""
        self.appbuilder.add_api(self.security_api)
        self.auth_view = self.authdbview()
        self.appbuilder.add_view_no_menu(self.auth_view)
        if self.is_auth_limited:
            self.limiter.limit(self.auth_rate_limit, methods=["POST"])(self.auth_view.blueprint)
            self.limiter.limit(self.auth_rate_limit, methods=["POST"])(self.security_api_blueprint())

    def security_api_blueprint(self) -> Blueprint:
        views = (view for view in self.appbuilder.baseviews if isinstance(view, self.security_api))
        made: Blueprint = next(views).blueprint
        return made

    # ---- who this is

    def load_user(self, pk: str) -> User | None:
        if request.headers.get("Authorization", "").startswith("Bearer "):
            return None  # who sends a token acts by the token alone, whatever the cookie says
        rights = self._standing(int(pk), session.get("epoch"))
        if rights and (role := session.get(seeing.FLAG)):
            g.rights = seeing.through(self.session, rights, role) or rights
        return rights.user if rights else None

    def load_user_jwt(self, _header: object, data: Json) -> User | None:
        rights = self._standing(int(data["sub"]), data.get("epoch"))
        if rights is None:
            return None
        g.user = rights.user
        return rights.user

    def _standing(self, user_id: int, epoch: object) -> Rights | None:
        """One question: still active, same session epoch; rights, words and the company's own fields unchanged?"""
        row = self.session.execute(STANDING, {"user": user_id}).first()
        if row is None or not row[1] or row[2] != epoch:
            return None
        rights = rights_of(self.session, user_id, row[0])
        if rights is None:
            return None
        g.rights, g.edition, g.fields_version = rights, row[3], row[4]
        return rights

    def _epoch(self, user_id: int) -> int:
        row = self.session.execute(STANDING, {"user": user_id}).first()
        return int(row[2]) if row else 0

    def _claims(self, identity: str) -> dict[str, int]:
        return {"epoch": self._epoch(int(identity))}

    def on_user_login(self, user: User) -> None:
        self.session.execute(UNLOCK, {"user": user.id})
        counting.forget(self.session, user.username, user.email)
        self.session.commit()
        if has_request_context() and not request.path.startswith("/api/"):
            session["epoch"] = self._epoch(user.id)
            seeing.end(self.session, user.id)
            self.session.commit()
            session.permanent = True

    def end_sessions(self, user_id: int) -> None:
        """Every session and token of a person ends now."""
        self.session.execute(END_SESSIONS, {"user": user_id})
        self.session.commit()

    def reset_password(self, userid: int | str, password: str) -> None:
        user = self.get_user_by_id(int(userid))
        user.password = generate_password_hash(password)
        self.session.commit()
        self.end_sessions(int(userid))
        if has_request_context() and current_user.is_authenticated and current_user.id == int(userid):
            session["epoch"] = self._epoch(int(userid))

    # ---- lock-out

    def auth_user_db(self, username: str, password: str) -> User | None:
        """Five wrong tries lock for a quarter of an hour, on the form and by REST, whether the name exists or not."""
        if any(not _typed(text) for text in (username, password)):
            return None
        username = cleaning.typed(username)
        until = counting.try_name(self.session, username, TRIES, LOCKED)
        user = self.find_user(username=username) or self.find_user(email=username)
        free = user is None or self._may_try(user.id)
        if until is not None:
            self._tell_locked(until)
            return None
        if not free:  # by another of the person's names: answered like any wrong try
            check_password_hash(current_app.config["AUTH_DB_FAKE_PASSWORD_HASH_CHECK"], password)
            return None
        return super().auth_user_db(username, password)

    def _may_try(self, user_id: int) -> bool:
        """Count a try before it is judged, so that a hundred at once are not a hundred tries."""
        at = clock.now()
        counted = rows_written(self.session, TRY, {"user": user_id, "now": at, "until": at + LOCKED})
        self.session.commit()
        if counted:
            return True
        # somebody without a profile is no colleague, yet may sign in
        return self.session.execute(LOCK, {"user": user_id}).first() is None

    def _tell_locked(self, until: datetime) -> None:
        if not has_request_context():
            return
        g.locked_until = until
        if not request.path.startswith("/api/"):
            flash(too_many_tries(until), "danger")

    # ---- what may be done

    def has_access(self, permission_name: str, view_name: str) -> bool:
        return current_rights().may(permission_name, view_name) if has_request_context() else False

    def _has_view_access(self, user: object, permission_name: str, view_name: str) -> bool:
        return self.has_access(permission_name, view_name)

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        return False

    def get_user_menu_access(self, menu_names: list[str] | None = None) -> set[str]:
        return {name for name in menu_names or [] if current_rights().may("menu_access", name)}

    def _get_safe_user(self, user: User) -> User:
        return user


def _typed(text: object) -> bool:
    """Something a person can have typed, and a database can be asked for."""
    return (
        isinstance(text, str)
        and len(text) <= LONGEST
        and not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text)
    )
