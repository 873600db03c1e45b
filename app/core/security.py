"""FAB's security manager, hardened: one rights question per request, lock-out, sessions that really end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app, flash, g, has_request_context, jsonify, redirect, request, session
from flask_appbuilder import expose
from flask_appbuilder.security.api import SecurityApi
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.views import AuthDBView
from flask_babel import gettext as _
from flask_login import current_user, logout_user
from werkzeug.security import generate_password_hash
from werkzeug.wrappers import Response

from . import clock
from .rights import NOBODY, Rights, snapshot
from .types import UtcDateTime
from .workflow import Actor

__all__ = ["NOBODY", "PortalSecurityManager", "Rights", "actor_for", "current_rights"]

TRIES, LOCKED = 5, timedelta(minutes=15)
LONGEST = 500  # of a typed name or password
KNOWN: dict[tuple[str, int], Rights] = {}  # (database, user) → the latest snapshot, replaced when the version moves

STANDING = sa.text("""
    SELECT v.n, u.active, COALESCE(p.session_epoch, 0) FROM rights_version v, ab_user u
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


def current_rights() -> Rights:
    """The rights of the person of this request; nobody's when signed out."""
    if not has_request_context():
        return NOBODY
    if "rights" not in g and not current_user.is_authenticated:
        return NOBODY
    rights: Rights = g.get("rights", NOBODY)
    return rights


def actor_for(thing: str) -> Actor:
    """The person of this request, as one who takes steps on a kind of thing."""
    return current_rights().actor(thing)


class SignIn(AuthDBView):
    """Sign-in and sign-out; signing out is a POST and ends every session of the person."""

    @expose("/logout/", methods=["GET"])
    def logout(self) -> Response:
        return redirect(self.appbuilder.get_url_for_index)

    @expose("/sign-out", methods=["POST"])
    def sign_out(self) -> Response:
        if current_user.is_authenticated:
            self.appbuilder.sm.end_sessions(current_user.id)
        logout_user()
        session.clear()
        return redirect(self.appbuilder.get_url_for_login)


class RestSignIn(SecurityApi):
    """FAB's sign-in for programs, refusing in the caller's language."""

    def response_401(self) -> Any:
        return refused_token()

    def response_400(self, message: Any = None) -> Any:
        return jsonify(message=_("Send username, password and provider “db” as JSON.")), 400


def refused_token(*_why: Any) -> Any:
    """A program is told what a person would be: sign in (again), or wait."""
    until = g.get("locked_until")
    text = (
        too_many_tries(until) if until else _("Sign in with user name and password, or with a token that still holds.")
    )
    return jsonify(message=text), 401


def too_many_tries(until: datetime) -> str:
    return _("Too many wrong tries. Try again after %(time)s.", time=clock.local(until).strftime("%H:%M"))


class PortalSecurityManager(SecurityManager):
    """Rights from the snapshot; no role is magic, not even the administrator's."""

    authdbview = SignIn
    security_api = RestSignIn

    def __init__(self, appbuilder: Any) -> None:
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

    def security_api_blueprint(self) -> Any:
        return next(view.blueprint for view in self.appbuilder.baseviews if isinstance(view, self.security_api))

    # ---- who this is

    def load_user(self, pk: Any) -> Any:
        if request.headers.get("Authorization", "").startswith("Bearer "):
            return None  # who sends a token acts by the token alone, whatever the cookie says
        rights = self._standing(int(pk), session.get("epoch"))
        return rights.user if rights else None

    def load_user_jwt(self, _header: Any, data: dict[str, Any]) -> Any:
        rights = self._standing(int(data["sub"]), data.get("epoch"))
        if rights is None:
            return None
        g.user = rights.user
        return rights.user

    def _standing(self, user_id: int, epoch: Any) -> Rights | None:
        """One question: still active, same session epoch, rights unchanged?"""
        row = self.session.execute(STANDING, {"user": user_id}).first()
        if row is None or not row[1] or row[2] != epoch:
            return None
        key = (current_app.config["SQLALCHEMY_DATABASE_URI"], user_id)
        rights = KNOWN.get(key)
        if rights is None or rights.version != row[0]:
            fresh = snapshot(self.session, user_id, row[0])
            if fresh is None:
                return None
            KNOWN[key] = rights = fresh
        g.rights = rights
        return rights

    def _epoch(self, user_id: int) -> int:
        row = self.session.execute(STANDING, {"user": user_id}).first()
        return int(row[2]) if row else 0

    def _claims(self, identity: Any) -> dict[str, int]:
        return {"epoch": self._epoch(int(identity))}

    def on_user_login(self, user: Any) -> None:
        self.session.execute(UNLOCK, {"user": user.id})
        self.session.commit()
        if has_request_context() and not request.path.startswith("/api/"):
            session["epoch"] = self._epoch(user.id)
            session.permanent = True

    def end_sessions(self, user_id: int) -> None:
        """Every session and token of a person ends now."""
        self.session.execute(END_SESSIONS, {"user": user_id})
        self.session.commit()

    def reset_password(self, userid: Any, password: str) -> None:
        user = self.get_user_by_id(int(userid))
        user.password = generate_password_hash(password)
        self.session.commit()
        self.end_sessions(int(userid))
        if has_request_context() and current_user.is_authenticated and current_user.id == int(userid):
            session["epoch"] = self._epoch(int(userid))

    # ---- lock-out

    def auth_user_db(self, username: str, password: str) -> Any:
        """Five wrong tries lock the account for a quarter of an hour, on the form and by REST alike."""
        if any(not _typed(text) for text in (username, password)):
            return None
        user = self.find_user(username=username) or self.find_user(email=username)
        if user is not None and not self._may_try(user.id):
            return None
        return super().auth_user_db(username, password)

    def _may_try(self, user_id: int) -> bool:
        """Count a try before it is judged, so that a hundred at once are not a hundred tries."""
        at = clock.now()
        counted = self.session.execute(TRY, {"user": user_id, "now": at, "until": at + LOCKED})
        self.session.commit()
        if counted.rowcount:  # type: ignore[attr-defined]
            return True
        row = self.session.execute(LOCK, {"user": user_id}).first()
        if row is None or row.locked_until is None:
            return row is None  # somebody without a profile is no colleague, yet may sign in
        self._tell_locked(row.locked_until)
        return False

    def _tell_locked(self, until: datetime) -> None:
        if not has_request_context():
            return
        g.locked_until = until
        if not request.path.startswith("/api/"):
            flash(too_many_tries(until), "danger")

    # ---- what may be done

    def has_access(self, permission_name: str, view_name: str) -> bool:
        return current_rights().may(permission_name, view_name) if has_request_context() else False

    def _has_view_access(self, user: Any, permission_name: str, view_name: str) -> bool:
        return self.has_access(permission_name, view_name)

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        return False

    def get_user_menu_access(self, menu_names: list[str] | None = None) -> set[str]:
        return {name for name in menu_names or [] if current_rights().may("menu_access", name)}

    def _get_safe_user(self, user: Any) -> Any:
        return user


def _typed(text: Any) -> bool:
    """Something a person can have typed, and a database can be asked for."""
    return (
        isinstance(text, str)
        and len(text) <= LONGEST
        and not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text)
    )
