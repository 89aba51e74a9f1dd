"""Who asks: the person of a request, by the cookie of a session or by a token of the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mien.studio.people.secrets import csrf_of
from mien.studio.people.sessions import COOKIE, session_user
from mien.studio.people.tokens import token_user

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

    from mien.studio.database.engine import Database
    from mien.studio.database.tables import User
    from mien.studio.settings import Settings

Scope = Literal["read", "make", "pipeline", "admin"]
SCOPES: tuple[Scope, ...] = ("read", "make", "pipeline", "admin")
"""read: see one's own jobs and files. make: submit and change them. pipeline: start trainings. admin: all people."""


@dataclass(frozen=True)
class Person:
    """Who asks. id "": the one person of a studio without accounts.

    scopes: what the request may do. session: id of the session; "" for a token and without accounts. csrf: the token
    that a page sends with a change; "" where none is needed. token: whether a token of the API was given.
    """

    id: str
    name: str
    admin: bool
    scopes: frozenset[Scope]
    session: str = ""
    csrf: str = ""
    token: bool = False

    def may(self, scope: Scope) -> bool:
        """Whether the request may do what the scope names."""
        return scope in self.scopes


LOCAL = Person("", "", admin=True, scopes=frozenset(SCOPES))
"""The one person of a studio without accounts."""


def scopes_of(user: User) -> frozenset[Scope]:
    """What a person may do: pipeline and admin are for administrators."""
    return frozenset(SCOPES) if user.admin else frozenset[Scope](("read", "make"))


def identify(request: HTTPConnection, db: Database, settings: Settings) -> Person | None:
    """The person of a request; None: not signed in, or the session or token is unknown, expired or of a disabled one.

    A token in the header `Authorization: Bearer` goes before a cookie; a wrong one is not made good by a cookie.
    """
    if not settings.users:
        return LOCAL
    header = request.headers.get("authorization")
    if header is not None:
        kind, _, secret = header.partition(" ")
        found = token_user(db, secret.strip()) if kind.lower() == "bearer" else None
        if found is None:
            return None
        user, granted = found
        allowed = frozenset(one for one in scopes_of(user) if one in granted)
        return Person(user.id, user.name, user.admin and "admin" in allowed, allowed, token=True)
    secret = request.cookies.get(COOKIE, "")
    signed_in = session_user(db, secret) if secret else None
    if signed_in is None:
        return None
    user, session = signed_in
    return Person(user.id, user.name, user.admin, scopes_of(user), session, csrf_of(secret))
