"""`mien heads`: table of the heads with licences and counts, and how to get missing ones."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from mien.heads.catalogue import HeadListing


def heads_table(listings: Sequence[HeadListing]) -> Table:
    """A row for each head; the counts are dashes where it cannot be opened."""
    table = Table(title="Heads that mien knows", title_justify="left")
    table.add_column("head")
    for heading in ("vertices", "identities", "expressions"):
        table.add_column(heading, justify="right")
    table.add_column("licence", overflow="fold")
    for one in listings:
        counts = (one.vertices, one.identities, one.expressions)
        table.add_row(one.name, *("–" if count is None else f"{count:,}" for count in counts), one.licence)
    return table


def about(listing: HeadListing) -> str:
    """Where a head comes from, what it cannot show, or what is missing to open it."""
    if listing.problem is not None:
        return f"{listing.name}: {listing.source}\n  {listing.problem}"
    lacking = f"; it cannot show {', '.join(listing.without)}" if listing.without else ""
    place = f", in {listing.path}" if listing.path is not None else ""
    return f"{listing.name}: {listing.source}{place}{lacking}"


def show(listings: Sequence[HeadListing]) -> None:
    """Print the table on stdout, and below it a line on each head."""
    Console().print(heads_table(listings))
    for one in listings:
        print(about(one))
