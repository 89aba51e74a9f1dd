"""Sessions of browsers: a random secret in the cookie `mien_session`, its SHA-256 in the database."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from mien.studio.database.tables import Session, User
from mien.studio.people.secrets import digest, new_secret, same

if TYPE_CHECKING:
    from starlette.responses import Response

    from mien.studio.database.engine import Database
    from mien.studio.settings import Settings

COOKIE = "mien_session"
SESSION_SECONDS = 30 * 24 * 3600


def start_session(db: Database, user: str, old: str = "") -> str:
    """A new session of a person; returns its secret, for the cookie.

    old: secret of the session that the browser had before, which ends: whoever planted it there gains nothing.
    """
    secret, now = new_secret(), time.time()
    with db.write() as session:
        session.execute(delete(Session).where(Session.id == digest(old)))
        session.add(Session(id=digest(secret), user=user, created=now, expires=now + SESSION_SECONDS))
    return secret


def session_user(db: Database, secret: str) -> tuple[User, str] | None:
    """The person and the id of the session of a secret; None: unknown, expired, or the person is disabled."""
    found = digest(secret)
    with db.session() as session:
        row = session.execute(
            select(User, Session.id, Session.expires).join(Session, Session.user == User.id).where(Session.id == found)
        ).first()
    if row is None:
        return None
    user, session_id, expires = row
    if not same(session_id, found) or expires <= time.time() or user.disabled:
        return None
    return user, session_id


def end_session(db: Database, session_id: str) -> None:
    """Sign a browser out."""
    with db.write() as session:
        session.execute(delete(Session).where(Session.id == session_id))


def end_sessions(db: Database, user: str, but: str = "") -> None:
    """Sign a person out everywhere, but for the session with the id `but`."""
    with db.write() as session:
        session.execute(delete(Session).where(Session.user == user, Session.id != but))


def list_sessions(db: Database, user: str) -> list[Session]:
    """The sessions of a person that have not expired, the newest first."""
    with db.session() as session:
        wanted = select(Session).where(Session.user == user, Session.expires > time.time())
        return list(session.scalars(wanted.order_by(Session.created.desc())))


def remove_expired(db: Database, now: float | None = None) -> int:
    """Remove expired sessions; returns how many."""
    with db.write() as session:
        ended = Session.expires <= (time.time() if now is None else now)
        return int(session.execute(delete(Session).where(ended)).rowcount)  # type: ignore[attr-defined]


def set_cookie(response: Response, secret: str, settings: Settings) -> None:
    """Give the browser the cookie of a session; scripts cannot read it, and other sites cannot post with it."""
    response.set_cookie(
        COOKIE, secret, max_age=SESSION_SECONDS, httponly=True, samesite="lax", secure=settings.secure, path="/"
    )


def remove_cookie(response: Response, settings: Settings) -> None:
    """Remove the cookie of a session from the browser."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=settings.secure)
