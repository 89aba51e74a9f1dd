"""The routes of people: signing in and out, one's own account, and the accounts of all for administrators."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from mien.studio.api.context import CanRead, Context, IsAdmin, studio_of
from mien.studio.api.errors import ERRORS, ApiError, NotFoundError
from mien.studio.database.tables import Session, Token, User
from mien.studio.people import accounts, sessions, tokens
from mien.studio.people.csrf import check_change
from mien.studio.people.deletion import delete_person
from mien.studio.people.errors import SignInError
from mien.studio.people.identity import LOCAL, Person, Scope, identify
from mien.studio.people.passwords import check_password
from mien.studio.people.quotas import quota_of
from mien.studio.people.secrets import csrf_of
from mien.studio.people.throttle import throttle_of

router = APIRouter(tags=["people"], responses=ERRORS)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SignIn(_Body):
    """Name and password of an account."""

    name: str = Field(max_length=200, examples=["anna"])
    password: str = Field(max_length=1000, examples=["a long password"])


class NewPassword(_Body):
    """A new password for oneself."""

    old: str = Field(max_length=1000, description="The present password")
    new: str = Field(max_length=1000, description="The new password, of at least 10 characters")


class NewToken(_Body):
    """A token of the API."""

    name: str = Field(default="", max_length=200, description="What it is for", examples=["my script"])
    scopes: list[Scope] = Field(default=["read", "make"], max_length=10, description="What it may do")
    days: float | None = Field(default=None, gt=0, le=3650, description="Days until it expires; null: never")


class NewPerson(_Body):
    """An account."""

    name: str = Field(max_length=200, examples=["anna"])
    password: str = Field(max_length=1000, examples=["a long password"])
    admin: bool = False


class ChangedPerson(_Body):
    """Changes of an account; what is left out stays. A limit of null: the studio's own."""

    password: str | None = Field(default=None, max_length=1000, description="A new password; sessions and tokens end")
    admin: bool | None = None
    disabled: bool | None = None
    waiting: int | None = Field(default=None, ge=0, le=1_000_000, description="Jobs waiting at once")
    seconds_each_day: float | None = Field(default=None, ge=0, le=1e9, description="Seconds of work a day")
    bytes: int | None = Field(default=None, ge=0, le=10**15, description="Bytes kept")


def _of_account(context: CanRead) -> Context:
    """The context of a person with an account, signed in by a browser: a token must not make further tokens."""
    if not context.settings.users:
        raise ApiError(409, f"this studio has no accounts: {context.settings.hint('serve')} --users turns them on")
    if context.person.token:
        raise ApiError(403, "a token cannot change the account: sign in and do it on the page of your account")
    return context


Own = Annotated[Context, Depends(_of_account)]


def _admin(context: IsAdmin) -> Context:
    if not context.settings.users:
        raise ApiError(409, f"this studio has no accounts: {context.settings.hint('serve')} --users turns them on")
    return context


Admin = Annotated[Context, Depends(_admin)]


@router.post("/sign-in", summary="Sign in: sets the cookie of a session")
def sign_in(body: SignIn, request: Request, response: Response) -> dict[str, Any]:
    """Answers with the person, and with the CSRF token that a page sends as `X-CSRF-Token` with each change."""
    studio = studio_of(request)
    if not studio.settings.users:
        raise ApiError(409, "this studio has no accounts: everything is open to you without signing in")
    check_change(request, None)
    if not accounts.any_people(studio.db):
        raise ApiError(409, f"there is no account yet: {studio.settings.hint('users add NAME')} --admin makes one")
    address = request.client.host if request.client else ""
    try:
        user = accounts.sign_in(studio.db, throttle_of(request.app), address, body.name, body.password)
    except SignInError as error:
        raise ApiError(401, str(error), "password") from error
    secret = sessions.start_session(studio.db, user.id, request.cookies.get(sessions.COOKIE, ""))
    sessions.set_cookie(response, secret, studio.settings)
    return {"person": person_view(user), "csrf": csrf_of(secret)}


@router.post("/sign-out", status_code=204, summary="Sign out: ends the session")
def sign_out(request: Request, response: Response) -> None:
    """Also when nobody is signed in."""
    studio = studio_of(request)
    person = identify(request, studio.db, studio.settings)
    check_change(request, person)
    if person is not None and person.session:
        sessions.end_session(studio.db, person.session)
    sessions.remove_cookie(response, studio.settings)


@router.get("/me", summary="Who asks, what they may do, and how much of their limits they use")
def me(context: CanRead) -> dict[str, Any]:
    """Without accounts, `users` is false and the person may do everything."""
    person = context.person
    return {
        "id": person.id, "name": person.name, "admin": person.admin, "scopes": sorted(person.scopes),
        "csrf": person.csrf, "users": person is not LOCAL,
        "quota": asdict(quota_of(context.db, context.settings, person.id)),
    }  # fmt: skip


@router.post("/me/password", status_code=204, summary="Change one's password; one's other sessions end")
def change_password(body: NewPassword, context: Own, request: Request) -> None:
    """Wrong present passwords are counted like those of signing in."""
    throttle, address = throttle_of(request.app), request.client.host if request.client else ""
    throttle.begin(address, context.person.name)
    user = accounts.person_named(context.db, context.person.name)
    accounts.change_password(context.db, user, body.old, body.new, context.person.session)
    throttle.right(address, context.person.name)


@router.get("/me/sessions", summary="One's sessions")
def list_sessions(context: Own) -> list[dict[str, Any]]:
    """The newest first; `current` is the one that asks."""
    return [session_view(one, context.person) for one in sessions.list_sessions(context.db, context.person.id)]


@router.post("/me/sessions/end", status_code=204, summary="Sign out everywhere else")
def end_sessions(context: Own) -> None:
    """The session that asks stays."""
    sessions.end_sessions(context.db, context.person.id, context.person.session)


@router.get("/me/tokens", summary="One's tokens of the API")
def list_tokens(context: Own) -> list[dict[str, Any]]:
    """Without their texts, which are shown only once."""
    return [token_view(one) for one in tokens.list_tokens(context.db, context.person.id)]


@router.post("/me/tokens", status_code=201, summary="Make a token of the API")
def create_token(body: NewToken, context: Own) -> dict[str, Any]:
    """The answer holds its text as `token`, once."""
    excess = sorted(one for one in body.scopes if not context.person.may(one))
    if excess:
        raise ApiError(403, f"you do not have the right {excess[0]!r}, so a token of yours cannot", "scopes")
    token, secret = tokens.create_token(context.db, context.person.id, body.name, body.scopes, body.days)
    return {**token_view(token), "token": secret}


@router.delete("/me/tokens/{token}", status_code=204, summary="Delete a token of the API; it ends at once")
def delete_token(token: str, context: Own) -> None:
    """By its id."""
    if not tokens.delete_token(context.db, context.person.id, token):
        raise NotFoundError("token")


@router.get("/people", summary="All people, with what they use")
def list_people(context: Admin) -> list[dict[str, Any]]:
    """By name."""
    used = accounts.usage(context.db)
    return [
        {**person_view(one), "usage": asdict(used.get(one.id, accounts.Usage()))}
        for one in accounts.list_people(context.db)
    ]


@router.post("/people", status_code=201, summary="Make an account")
def create_person(body: NewPerson, context: Admin) -> dict[str, Any]:
    """Tell the person the password; they change it on the page of their account."""
    return person_view(accounts.create_person(context.db, body.name, body.password, body.admin))


@router.patch("/people/{person}", summary="Change an account: password, rights, limits, disabled or not")
def change_person(person: str, body: ChangedPerson, context: Admin) -> dict[str, Any]:
    """What is left out stays as it is."""
    user = _found(context, person)
    given = body.model_dump(exclude_unset=True)
    if body.password is not None:
        check_password(body.password, user.name)
    if body.admin is not None:
        accounts.set_admin(context.db, user.id, body.admin)
    if body.disabled is not None:
        accounts.set_disabled(context.db, user.id, body.disabled)
    limits = {name: given.get(name, getattr(user, name)) for name in ("waiting", "seconds_each_day", "bytes")}
    accounts.set_limits(context.db, user.id, limits["waiting"], limits["seconds_each_day"], limits["bytes"])
    if body.password is not None:
        accounts.set_password(context.db, user.id, user.name, body.password)
    return person_view(_found(context, person))


@router.delete("/people/{person}", status_code=204, summary="Delete a person with everything of theirs")
def remove_person(person: str, context: Admin) -> None:
    """Their jobs, results, uploads, sessions and tokens are removed for good."""
    delete_person(context.db, context.settings, _found(context, person).id)


def _found(context: Context, person: str) -> User:
    user = accounts.person_of(context.db, person)
    if user is None:
        raise NotFoundError("person")
    return user


def person_view(user: User) -> dict[str, Any]:
    """An account as JSON, without its password."""
    return {
        "id": user.id, "name": user.name, "admin": user.admin, "disabled": user.disabled, "created": user.created,
        "waiting": user.waiting, "seconds_each_day": user.seconds_each_day, "bytes": user.bytes,
    }  # fmt: skip


def token_view(token: Token) -> dict[str, Any]:
    """A token as JSON, without its text."""
    return {
        "id": token.id, "name": token.name, "scopes": token.scopes, "created": token.created, "used": token.used,
        "expires": token.expires,
    }  # fmt: skip


def session_view(session: Session, person: Person) -> dict[str, Any]:
    """A session as JSON; its id is no secret that signs in."""
    return {
        "id": session.id[:12], "created": session.created, "expires": session.expires,
        "current": session.id == person.session,
    }  # fmt: skip
