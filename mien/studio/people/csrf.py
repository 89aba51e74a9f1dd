"""Against requests that another web site makes a browser send.

A change must come from the studio's own pages: `Sec-Fetch-Site` and `Origin`, where the browser sends them, must say
so; with the cookie of a session, the session's CSRF token must be in the header `X-CSRF-Token` or the form field
`csrf` as well. A request with a token of the API needs neither, because no browser adds one by itself. That the `Host`
is the studio's own is checked before, by `mien.studio.api.guard`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request

from mien.studio.people.errors import CrossSiteError
from mien.studio.people.secrets import same

if TYPE_CHECKING:
    from mien.studio.people.identity import Person

SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
HEADER = "x-csrf-token"
FIELD = "csrf"
_PORTS = {"http": 80, "https": 443}


def check_origin(request: HTTPConnection) -> None:
    """Raise CrossSiteError where the browser says that another site sent the request."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise CrossSiteError("this change came from another web site: open the studio itself and try again there")
    origin = request.headers.get("origin")
    if origin is not None and not same_origin(origin, request.headers.get("host", "")):
        raise CrossSiteError("this change came from another web site: open the studio itself and try again there")


def same_origin(origin: str, host: str) -> bool:
    """Whether an `Origin` is the host and port of `Host`. The scheme may differ: a proxy takes HTTPS away."""
    try:
        asked = urlsplit(origin)
        port = asked.port or _PORTS.get(asked.scheme)
        own = urlsplit(f"//{host}")
        own_port = own.port or _PORTS.get(asked.scheme)
    except ValueError:
        return False
    return asked.scheme in _PORTS and bool(own.hostname) and asked.hostname == own.hostname and port == own_port


def check_change(request: HTTPConnection, person: Person | None, form_token: str | None = None) -> None:
    """Raise CrossSiteError where another web site may have sent a request that changes something.

    form_token: the form field `csrf`, where the request is a form.
    """
    if request.scope.get("method", "GET") in SAFE or (person is not None and person.token):
        return
    check_origin(request)
    if person is None or not person.csrf:
        return
    given = request.headers.get(HEADER) or form_token
    if not given:
        raise CrossSiteError("the header X-CSRF-Token is missing: reload the page and try again")
    if not same(given, person.csrf):
        raise CrossSiteError("this page is from an earlier session: reload it and try again")


async def form_token(request: Request) -> str | None:
    """The field `csrf` of a form that the page sends as such; None where the request is no such form."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return None
    found = (await request.form()).get(FIELD)
    return found if isinstance(found, str) else None
