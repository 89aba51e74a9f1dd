"""What a route is given: the settings, the database, and the person who asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import Depends, Request

from mien.studio.api.errors import ApiError, RetryError
from mien.studio.people.csrf import check_change, form_token
from mien.studio.people.identity import identify
from mien.studio.settings import Settings

if TYPE_CHECKING:
    from mien.studio.api.feed import Feed
    from mien.studio.api.rates import Rates
    from mien.studio.database.engine import Database
    from mien.studio.people.identity import Person
    from mien.studio.queue.wakeups import Wakeups

Scope = Literal["read", "make", "pipeline", "admin"]

_WHO = {"admin": "an administrator", "pipeline": "an administrator", "make": "somebody who may make", "read": "you"}


@dataclass(frozen=True)
class Studio:
    """What a server holds while it runs, at `app.state.studio`. rates: of the requests of each person."""

    settings: Settings
    db: Database
    wakeups: Wakeups
    feed: Feed
    rates: Rates


@dataclass(frozen=True)
class Context:
    """The settings, the database, the wake-ups of the workers, and the person who asks."""

    settings: Settings
    db: Database
    wakeups: Wakeups
    person: Person

    @property
    def owner(self) -> str:
        """The id under which the person's jobs and files are kept."""
        return self.person.id


def studio_of(request: Request) -> Studio:
    """What the server of a request holds."""
    found: Studio = request.app.state.studio
    return found


def context_of(request: Request, token: str | None = None) -> Context | None:
    """The context of a request; None where nobody has signed in. Raises CrossSiteError for a change from elsewhere.

    token: the field `csrf` of a form.
    """
    studio = studio_of(request)
    person = identify(request, studio.db, studio.settings)
    wait = studio.rates.wait(person.id) if person is not None and person.id else None
    if wait is not None:
        most = studio.settings.limits.requests_each_minute
        raise RetryError(f"more than {most:,} requests a minute: try again in {wait} s", wait)
    check_change(request, person, token)
    return None if person is None else Context(studio.settings, studio.db, studio.wakeups, person)


def need(scope: Scope) -> Callable[[Request, str | None], Context]:
    """A dependency that gives the context of a person who may do what `scope` names: 401 or 403 otherwise."""

    def context(request: Request, token: Annotated[str | None, Depends(form_token)]) -> Context:
        found = context_of(request, token)
        if found is None:
            raise ApiError(
                401, "sign in, or send a token of the API as `Authorization: Bearer mien_…`",
                headers={"WWW-Authenticate": "Bearer"},
            )  # fmt: skip
        if not found.person.may(scope):
            raise ApiError(403, f"that needs the right {scope!r}: ask {_WHO[scope]}, or use a token that has it")
        return found

    return context


CanRead = Annotated[Context, Depends(need("read"))]
CanMake = Annotated[Context, Depends(need("make"))]
CanRunPipeline = Annotated[Context, Depends(need("pipeline"))]
IsAdmin = Annotated[Context, Depends(need("admin"))]
