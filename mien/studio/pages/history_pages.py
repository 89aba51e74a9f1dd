"""The page of the history: search, filters, the bin, and more results as the reader asks for them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from mien.studio.api.bodies import JobView
from mien.studio.api.context import CanRead
from mien.studio.api.views import job_views
from mien.studio.history.search import MOST_COUNTED, CursorError, History, HistoryState, Search
from mien.studio.pages.showing import MAKERS, STATES, is_part, show

router = APIRouter(include_in_schema=False)

EACH = 24
"""Results that are shown at once."""


@dataclass(frozen=True)
class Asked:
    """What is looked for, as the address says it; a value that makes no sense counts as not given."""

    words: str = ""
    system: str = ""
    state: str = ""
    day: str = ""
    zone: int = 0
    starred: bool = False
    bin: bool = False

    @property
    def narrowed(self) -> bool:
        """Whether a filter of the form is set."""
        return bool(self.words or self.system or self.state or self.day)

    def search(self) -> Search:
        """The same for the database."""
        state: HistoryState | None = next((one for one in STATES if one == self.state), None)
        return Search(
            words=self.words, system=self.system or None, state=state, day=_day(self.day), zone=self.zone,
            starred=self.starred, bin=self.bin,
        )  # fmt: skip

    def address(self, cursor: str) -> str:
        """The address of the page that begins at the cursor."""
        given = {name: value for name, value in vars(self).items() if value}
        given |= {name: 1 for name in ("starred", "bin") if name in given}
        return f"/history?{urlencode({**given, 'cursor': cursor})}"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@router.get("/history")
def history(
    request: Request,
    ctx: CanRead,
    words: Annotated[str, Query(max_length=500)] = "",
    system: str = "",
    state: str = "",
    day: str = "",
    zone: str = "0",
    starred: str = "",
    bin: str = "",
    cursor: Annotated[str, Query(max_length=400)] = "",
) -> HTMLResponse:
    """The history, or the part of it that htmx asks for: other results, or those after the cursor."""
    asked = Asked(
        words=words.strip(), system=system if system in MAKERS else "",
        state=state if state in STATES else "", day=day if _day(day) else "", zone=_minutes(zone),
        starred=starred == "1", bin=bin == "1",
    )  # fmt: skip
    found = History(ctx.db)
    try:
        page = found.page(ctx.owner, asked.search(), cursor or None, EACH)
    except CursorError:
        cursor, page = "", found.page(ctx.owner, asked.search(), None, EACH)
    part = is_part(request)
    total = found.count(ctx.owner, asked.search()) if asked.narrowed and not (part and cursor) else None
    template = ("parts/history_cards.html" if cursor else "parts/history_results.html") if part else "history.html"
    bin_days = ctx.settings.limits.bin_days
    return show(
        request, ctx, template, page="history", asked=asked, jobs=job_views(ctx.db, ctx.settings, page.jobs),
        more=asked.address(page.next) if page.next else None, total=total, counted=MOST_COUNTED, makers=MAKERS,
        states=STATES, bin_days=_plain(bin_days), days_left=lambda job: _days_left(bin_days, job, time.time()),
    )  # fmt: skip


def _minutes(text: str) -> int:
    """How many minutes the reader's clock is ahead of UTC."""
    try:
        return max(-18 * 60, min(int(text[:6]), 18 * 60))
    except ValueError:
        return 0


def _plain(days: float) -> float | int:
    return int(days) if days == int(days) else days


def _days_left(bin_days: float, job: JobView, now: float) -> int:
    """Whole days until a result in the bin is removed; 0: in less than one."""
    since: Any = job.deleted
    left = bin_days - (now - since) / 86_400
    return round(left) if left >= 1 else 0
