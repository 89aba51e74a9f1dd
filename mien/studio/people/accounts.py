"""Accounts: people with a name, a password and limits of their own. Deleting one: `mien.studio.people.deletion`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from mien.studio.database.tables import ENDED, File, Job, Session, Token, User
from mien.studio.files.place import is_id
from mien.studio.people.errors import AccountError, SignInError
from mien.studio.people.passwords import check_password, hash_password, outdated, right_password

if TYPE_CHECKING:
    from sqlalchemy.orm import Session as Transaction

    from mien.studio.database.engine import Database
    from mien.studio.people.throttle import Throttle

_NAME = re.compile(r"[^\W_][\w.@+-]{0,63}")


@dataclass(frozen=True)
class Usage:
    """What a person has: jobs of the history, jobs that have not ended, and bytes of uploads and results."""

    jobs: int = 0
    open: int = 0
    bytes: int = 0


def account_name(name: str) -> str:
    """The name of an account as it is kept: lower case, so that capitals make no other person. Raises AccountError."""
    kept = unicodedata.normalize("NFKC", name).casefold().strip()
    if not _NAME.fullmatch(kept):
        raise AccountError(
            "the name must be 1 to 64 letters, digits, and . _ - @ +, and begin with a letter or digit", "name"
        )
    return kept


def create_person(db: Database, name: str, password: str, admin: bool = False) -> User:
    """A new account. Raises AccountError for a name that is taken or cannot be one, and for a weak password."""
    kept = account_name(name)
    check_password(password, kept)
    user = User(name=kept, password=hash_password(password), admin=admin)
    try:
        with db.write() as session:
            session.add(user)
    except IntegrityError:
        raise AccountError(f"there is a person named {kept!r} already: take another name", "name") from None
    return user


def list_people(db: Database) -> list[User]:
    """All accounts, by name."""
    with db.session() as session:
        return list(session.scalars(select(User).order_by(User.name)))


def any_people(db: Database) -> bool:
    """Whether there is an account; without one nobody can sign in."""
    with db.session() as session:
        return session.scalar(select(User.id).limit(1)) is not None


def person_named(db: Database, name: str) -> User:
    """The account with a name. Raises AccountError where there is none."""
    kept = account_name(name)
    with db.session() as session:
        user = session.scalar(select(User).where(User.name == kept))
    if user is None:
        raise AccountError(f"there is no person named {kept!r}", "name")
    return user


def person_of(db: Database, user: str) -> User | None:
    """The account with an id."""
    if not is_id(user):
        return None
    with db.session() as session:
        return session.scalar(select(User).where(User.id == user))


def sign_in(db: Database, throttle: Throttle, address: str, name: str, password: str) -> User:
    """The person with this name and password.

    Raises TooManyTriesError after ten wrong ones from this address, SignInError where they do not fit or the account
    is disabled; which of them, neither the message nor the time tells.
    """
    throttle.begin(address, name[:64])
    try:
        kept = account_name(name)
    except AccountError:
        kept = ""
    with db.session() as session:
        user = session.scalar(select(User).where(User.name == kept))
    if not right_password(user.password if user else None, password) or user is None or user.disabled:
        raise SignInError("name and password do not fit: check both, or ask an administrator for a new password")
    throttle.right(address, name[:64])
    if outdated(user.password):
        with db.write() as session:
            session.execute(update(User).where(User.id == user.id).values(password=hash_password(password)))
    return user


def change_password(db: Database, user: User, old: str, new: str, keep_session: str = "") -> None:
    """Change one's own password; one's other sessions end. Raises AccountError."""
    if not right_password(user.password, old):
        raise SignInError("that is not your present password: type it again", "old")
    check_password(new, user.name)
    hashed = hash_password(new)
    with db.write() as session:
        session.execute(update(User).where(User.id == user.id).values(password=hashed))
        session.execute(delete(Session).where(Session.user == user.id, Session.id != keep_session))


def set_password(db: Database, user: str, name: str, password: str) -> None:
    """Give a person a new password, as an administrator; all their sessions and tokens end. Raises AccountError."""
    check_password(password, name)
    hashed = hash_password(password)
    with db.write() as session:
        session.execute(update(User).where(User.id == user).values(password=hashed))
        session.execute(delete(Session).where(Session.user == user))
        session.execute(delete(Token).where(Token.user == user))


def set_disabled(db: Database, user: str, disabled: bool) -> None:
    """Disable an account, whose sessions end and whose tokens no longer hold, or enable it again.

    Raises AccountError for the last administrator.
    """
    with db.write() as session:
        if disabled:
            check_not_last(session, user)
            session.execute(delete(Session).where(Session.user == user))
        session.execute(update(User).where(User.id == user).values(disabled=disabled))


def set_admin(db: Database, user: str, admin: bool) -> None:
    """Make a person an administrator, or no longer one. Raises AccountError for the last one."""
    with db.write() as session:
        if not admin:
            check_not_last(session, user)
        session.execute(update(User).where(User.id == user).values(admin=admin))


def set_limits(db: Database, user: str, waiting: int | None, seconds: float | None, kept: int | None) -> None:
    """Set a person's limits: waiting jobs, seconds of work a day, bytes kept; None: the studio's own."""
    with db.write() as session:
        session.execute(
            update(User).where(User.id == user).values(waiting=waiting, seconds_each_day=seconds, bytes=kept)
        )


def check_not_last(session: Transaction, user: str) -> None:
    """Raise AccountError where a person is the only administrator who can sign in."""
    others = select(User.id).where(User.admin.is_(True), User.disabled.is_(False), User.id != user).limit(1)
    own = session.scalar(select(User.admin).where(User.id == user))
    if own and session.scalar(others) is None:
        raise AccountError("this is the last administrator: make somebody else one first")


def usage(db: Database) -> dict[str, Usage]:
    """What each person has, by id."""
    still = func.sum(case((Job.state.not_in(ENDED), 1), else_=0))
    with db.session() as session:
        jobs = session.execute(
            select(Job.owner, func.count(), still, func.coalesce(func.sum(Job.bytes), 0)).group_by(Job.owner)
        ).all()
        files = session.execute(select(File.owner, func.coalesce(func.sum(File.bytes), 0)).group_by(File.owner)).all()
    kept = {owner: int(size) for owner, size in files}
    found = {
        owner: Usage(count, int(waiting or 0), int(size) + kept.pop(owner, 0)) for owner, count, waiting, size in jobs
    }
    return found | {owner: Usage(bytes=size) for owner, size in kept.items()}
