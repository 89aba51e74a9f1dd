"""The pages of one's own account and of signing in."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from mien.studio.api.context import CanRead, context_of, studio_of
from mien.studio.pages.showing import show
from mien.studio.pages.templates import render
from mien.studio.people.accounts import any_people
from mien.studio.people.identity import SCOPES
from mien.studio.people.passwords import LEAST
from mien.studio.people.quotas import quota_of
from mien.studio.people.sessions import list_sessions
from mien.studio.people.tokens import list_tokens

router = APIRouter(include_in_schema=False)

TOKEN_DAYS = (30, 90, 365)
"""How long a token may be made to last, in days; or without an end."""


@router.get("/sign-in")
def sign_in(request: Request, next: str = "/") -> Response:
    """The page for signing in; who is signed in already goes on to `next`, a path of the studio."""
    studio = studio_of(request)
    target = own_path(next)
    if not studio.settings.users or context_of(request) is not None:
        return RedirectResponse(target, status_code=303, headers={"Cache-Control": "no-store"})
    # to a stranger only while there is nobody yet: it may hold a path of the machine
    hint = "" if any_people(studio.db) else studio.settings.hint("users add NAME")
    return render(request, "sign_in.html", users=True, next=target, hint=hint)


def own_path(text: str) -> str:
    """A path of the studio to go on to; "/" for anything else, so that no link leads to another site."""
    plain = text[:500]
    if not plain.startswith("/") or plain.startswith(("//", "/\\")) or not plain.isprintable():
        return "/"
    return "/" if plain.startswith("/sign-in") else plain


@router.get("/people")
def account(request: Request, ctx: CanRead) -> Response:
    """One's own account: password, tokens and signed-in browsers. Without accounts, how to have them."""
    person = ctx.person
    if not ctx.settings.users:
        return show(
            request, ctx, "account.html", page="people", on=False, command=f"{ctx.settings.hint('serve')} --users"
        )
    return show(
        request, ctx, "account.html", page="people", on=True, quota=quota_of(ctx.db, ctx.settings, person.id),
        tokens=list_tokens(ctx.db, person.id), sessions=list_sessions(ctx.db, person.id), least=LEAST,
        scopes=[one for one in SCOPES if person.may(one)], days=TOKEN_DAYS,
    )  # fmt: skip
