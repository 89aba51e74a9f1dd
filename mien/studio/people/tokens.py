"""Tokens of the API: `mien_` and 43 characters, shown once; the database holds their SHA-256."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update

from mien.studio.database.tables import Token, User
from mien.studio.files.place import is_id
from mien.studio.people.errors import AccountError
from mien.studio.people.secrets import TOKEN_PREFIX, digest, new_token, same

if TYPE_CHECKING:
    from mien.studio.database.engine import Database

MOST_TOKENS = 50
USED_SECONDS = 60.0
"""When a token was last used is noted to this accuracy, so that not every request writes."""


def create_token(
    db: Database, user: str, name: str, scopes: Sequence[str], days: float | None = None
) -> tuple[Token, str]:
    """A new token of a person, and its text, which is never seen again. days: until it expires; None: never.

    The scopes hold as far as the person has them. Raises AccountError without a scope, and for too many tokens.
    """
    if not scopes:
        raise AccountError("a token needs at least one scope: read, make, pipeline or admin", "scopes")
    shown = "".join(letter if letter.isprintable() else " " for letter in name)
    name = " ".join(shown.split())[:64] or "token"
    secret, now = new_token(), time.time()
    expires = None if days is None else now + days * 86_400
    token = Token(user=user, name=name, hash=digest(secret), scopes=sorted(set(scopes)), created=now, expires=expires)
    with db.write() as session:
        count = session.scalar(select(func.count()).select_from(Token).where(Token.user == user)) or 0
        if count >= MOST_TOKENS:
            raise AccountError(f"there are {count} tokens already, the most that are kept: delete one first")
        session.add(token)
    return token, secret


def token_user(db: Database, secret: str) -> tuple[User, list[str]] | None:
    """The person and the scopes of a token; None: unknown, expired, or the person is disabled."""
    if not secret.startswith(TOKEN_PREFIX):
        return None
    found, now = digest(secret), time.time()
    with db.session() as session:
        row = session.execute(select(User, Token).join(Token, Token.user == User.id).where(Token.hash == found)).first()
    if row is None:
        return None
    user, token = row
    if not same(token.hash, found) or user.disabled or (token.expires is not None and token.expires <= now):
        return None
    if token.used is None or now - token.used > USED_SECONDS:
        with db.write() as session:
            session.execute(update(Token).where(Token.id == token.id).values(used=now))
    return user, list(token.scopes)


def list_tokens(db: Database, user: str) -> list[Token]:
    """The tokens of a person, the newest first."""
    with db.session() as session:
        return list(session.scalars(select(Token).where(Token.user == user).order_by(Token.created.desc())))


def delete_token(db: Database, user: str, token: str) -> bool:
    """Delete a token by its id; False: the person has none of this id."""
    if not is_id(token):
        return False
    with db.write() as session:
        found = session.scalar(select(Token.id).where(Token.user == user, Token.id == token))
        session.execute(delete(Token).where(Token.user == user, Token.id == token))
    return found is not None
