"""The pages' templates: Jinja2 with escaping, texts and numbers in the reader's language, and static files.

`render(request, "make.html", page="make", …)` is all that a route needs. Every template has: `t(key, **values)`,
`language`, `languages`, `theme`, `person`, `users`, `csrf`, `page` (the entry of the navigation), `static(path)`,
`number`, `size`, `span` and `moment`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from mien.studio.pages.catalogue import LANGUAGES, Translator, preferred
from mien.studio.pages.vendored import SHARED

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"

LANGUAGE_COOKIE, THEME_COOKIE = "mien_language", "mien_theme"

THEMES = ("auto", "light", "dark")

YEAR_SECONDS = 365 * 24 * 3600


@cache
def environment() -> Environment:
    """The Jinja2 environment of the pages; an undefined name is an error."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = static
    made.globals["accepted"] = accepted
    made.filters["kind_name"] = lambda kind, t: t(f"kind.{kind}")
    return made


def static_files_on_disk() -> dict[str, Path]:
    """Every static file, by its path under /static: those of `static/`, and those of other packages."""
    own = {path.relative_to(STATIC).as_posix(): path for path in STATIC.rglob("*") if path.is_file()}
    return {**own, **SHARED}


@cache
def version() -> str:
    """A digest of all static files: part of their addresses, so that a browser never mixes old ones with new ones.

    It stands in the path and not in a query, so that it holds for the modules that a module imports, too.
    """
    digest = hashlib.sha256()
    for name, path in sorted(static_files_on_disk().items()):
        digest.update(name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def static(path: str) -> str:
    """The address of a static file."""
    return f"/static/{version()}/{path}"


_ACCEPTED: Mapping[str, str] = {
    "picture": "image/*,.heic,.heif,.avif", "video": "video/*", "sound": "audio/*", "person": ".json", "scene": ".json",
    "motion": ".npz", "poses": ".npz,.json,.bvh", "text": ".txt,text/plain",
}  # fmt: skip


def accepted(kinds: Sequence[str]) -> str:
    """The attribute `accept` of an input that takes files of these kinds."""
    return ",".join(_ACCEPTED[kind] for kind in kinds)


class Formats:
    """Numbers, sizes and spans of time as a language writes them."""

    def __init__(self, t: Translator) -> None:
        self._t = t

    def number(self, value: float, decimals: int = 0) -> str:
        """A number with separators: 1,234.5 in English, 1.234,5 in Vietnamese."""
        text = f"{value:,.{decimals}f}"
        return text if self._t.language == "en" else text.translate(str.maketrans(",.", ".,"))

    def size(self, count: float) -> str:
        """A number of bytes, such as `3.4 MB` of 10^6 bytes, or `12 kB`."""
        if count < 1e6:
            return f"{self.number(max(count, 0) / 1e3, 0 if count >= 1e4 else 1)} kB"
        return f"{self.number(count / 1e6, 1)} MB" if count < 1e9 else f"{self.number(count / 1e9, 1)} GB"

    def span(self, seconds: float) -> str:
        """A span of time, such as `4 s`, `1 min 20 s` or `2 h 5 min`, in words of the language."""
        whole = max(round(seconds), 0)
        if whole < 60:
            return self._t("frame.span.s", s=whole)
        minutes, rest = divmod(whole, 60)
        if minutes < 60:
            return self._t("frame.span.min_s", m=minutes, s=rest) if rest else self._t("frame.span.min", m=minutes)
        hours, minutes = divmod(minutes, 60)
        return self._t("frame.span.h_min", h=hours, m=minutes)

    def moment(self, stamp: float) -> Markup:
        """A time in seconds since the epoch as <time>; a script rewrites it in the reader's time zone."""
        when = datetime.fromtimestamp(stamp, UTC)
        shown = f"{when:%Y-%m-%d %H:%M} UTC" if self._t.language == "en" else f"{when:%d/%m/%Y %H:%M} UTC"
        return Markup('<time datetime="{}" data-time>{}</time>').format(when.isoformat(timespec="seconds"), shown)


def language_of(request: Request) -> str:
    """The language of a request: the cookie's, else the browser's."""
    return preferred(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language", ""))


def asked_language(request: Request) -> str:
    """The language of a page: that of `?language=…` in its address, else `language_of`."""
    asked = request.query_params.get("language")
    return asked if asked is not None and asked in LANGUAGES else language_of(request)


def data(value: Mapping[str, Any]) -> Markup:
    """An object as JSON inside <script type="application/json">, which no text in it can end."""
    text = json.dumps(value, ensure_ascii=False)
    for letter, code in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("\u2028", "\\u2028")):
        text = text.replace(letter, code)
    return Markup(text)


def render(
    request: Request,
    template: str,
    *,
    page: str = "",
    person: Any = None,
    users: bool = False,
    csrf: str = "",
    status: int = 200,
    **values: Any,
) -> HTMLResponse:
    """A page from a template. `page`: the entry of the navigation that is current; `users`: whether there are accounts.

    `person`: who is signed in (`mien.studio.people.identity.Person`), or None. `?language=vi` in the address changes
    the language and is remembered in a cookie.
    """
    asked = request.query_params.get("language")
    language = asked_language(request)
    t = Translator(language)
    formats = Formats(t)
    theme = request.cookies.get(THEME_COOKIE, "auto")
    given: dict[str, Any] = {
        "t": t, "language": language, "languages": LANGUAGES, "theme": theme if theme in THEMES else "auto",
        "path": request.url.path, "page": page, "person": person, "users": users, "csrf": csrf,
        "number": formats.number, "size": formats.size, "span": formats.span, "moment": formats.moment, "data": data,
        "texts": t.starting("js."),
    }  # fmt: skip
    text = environment().get_template(template).render({**given, **values})
    response = HTMLResponse(text, status_code=status, headers={"Cache-Control": "no-store"})
    if asked in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR_SECONDS, samesite="lax", path="/")
    return response
