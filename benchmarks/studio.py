"""How fast the studio answers, as ratios to an empty FastAPI route of the same run, and with a long history.

    python benchmarks/studio.py [--runs 200] [--jobs 10000] [--models models] [--json FILE]

Servers run as processes of their own, without workers; requests are sent by turns over one kept connection to each, and
medians count. `--models` measures a warm `mien talk` job, too: from the request to its first preview. Run it on a quiet
machine: the goals in milliseconds hold there, the ratios hold anywhere.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median
from typing import Any

from measuring import Row, print_table
from studio_server import Client, empty_route, studio

from mien.studio.database.engine import Database
from mien.studio.database.tables import Job, new_id
from mien.studio.history.folding import fold
from mien.studio.settings import Settings

PAGE_MS, ACCEPTED_MS, PREVIEW_SECONDS, LONG = 50.0, 100.0, 1.5, 1.5
FEW = 10
CARDS = 24
"""Results that a page of the history shows."""

SHAPES = {"text": ["a red circle moves to the right"]}
PORTRAIT = Path("mien/studio/pages/static/samples/portrait.jpg")
TALK = {"text": "Good morning! What a lovely day to begin something new.", "emotion": "HAP", "voice": "f1"}

HISTORY = {
    "list": "",
    "words that many have": "q=circle",
    "words that one in 500 has": "q=needle",
    "words that none has": "q=unicorn",
    "of one maker": "system=talk",
    "in one state": "state=failed",
    "of one day": "day=2026-11-02",
    "with a star": "starred=true",
    "maker, state and words": "system=shapes&state=done&q=circle",
}
"""What is asked for → the query of the API."""


def fill(folder: Path, count: int) -> None:
    """A history of so many jobs of all makers, states and days, without their files."""
    rng, start = random.Random(0), 1_793_500_800.0  # 2026-11-01
    rows = []
    for number in range(count):
        system = rng.choice(("talk", "move", "sculpt", "follow", "shapes"))
        state = "done" if number % 20 else "failed"
        title = f"a {rng.choice(('red', 'green', 'blue'))} circle number {number}" + " needle" * (number % 500 == 7)
        created = start + number * (29 * 86_400 / count)
        rows.append(
            Job(
                id=new_id(), system=system, request={"text": [title]}, output=".mp4", title=title, words=fold(title),
                state=state, position=float(number), created=created, started=created, ended=created + 3.0, attempt=1,
                facts={"cold": False}, starred=number % 50 == 0, result={}, bytes=100_000,
            )
        )  # fmt: skip
    with closing(Database.open(Settings(folder=folder).database_url)) as db, db.write() as session:
        session.add_all(rows)


def medians(asked: Mapping[str, Iterator[float]], runs: int) -> dict[str, float]:
    """Medians of measurements that are taken by turns, after three of each that do not count."""
    taken = [{name: next(one) for name, one in asked.items()} for _ in range(runs + 3)][3:]
    return {name: median(one[name] for one in taken) for name in asked}


def gets(client: Client, path: str) -> Iterator[float]:
    """Seconds until the first byte, again and again."""
    while True:
        yield client.ask(path).seconds


def accepted(client: Client) -> Iterator[float]:
    """Seconds until a job is accepted; it is cancelled afterwards, which does not count."""
    while True:
        made = client.post("/api/v1/shapes", SHAPES)
        client.ask(f"/api/v1/jobs/{made.json()['id']}/cancel", b"")
        yield made.seconds


def answers(runs: int) -> list[Row]:
    """The page, and a job that is accepted."""
    with tempfile.TemporaryDirectory() as folder, empty_route() as empty, studio(Path(folder)) as address:
        found = medians(
            {
                "empty": gets(Client(empty), "/"),
                "page": gets(Client(address), "/"),
                "history": gets(Client(address), "/history"),
                "accepted": accepted(Client(address)),
            },
            runs,
        )
    ms = {name: 1000 * seconds for name, seconds in found.items()}
    return [
        Row("empty FastAPI route, ms", ms["empty"]),
        Row("first byte of the page, ms", ms["page"], PAGE_MS, True),
        Row("first byte of the history, ms", ms["history"], PAGE_MS, True),
        Row("job accepted, ms", ms["accepted"], ACCEPTED_MS, True),
        Row("first byte of the page / empty route", ms["page"] / ms["empty"]),
        Row("job accepted / empty route", ms["accepted"] / ms["empty"]),
    ]


def histories(jobs: int, runs: int) -> list[Row]:
    """The same questions to a short and to a long history."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        clients = {}
        for count in (FEW, CARDS, jobs):
            place = Path(folder) / str(count)
            fill(place, count)
            clients[count] = Client(stack.enter_context(studio(place)))
        rows = []
        for what, query in HISTORY.items():
            api = {count: gets(one, f"/api/v1/jobs?most={FEW}&{query}") for count, one in clients.items()}
            rows.append(ratio_row(f"API, {what}", api, FEW, jobs, runs))
        for what, query in HISTORY.items():
            own = query.replace("q=", "words=").replace("starred=true", "starred=1")
            page = {count: gets(one, f"/history?{own}") for count, one in clients.items()}
            rows.append(ratio_row(f"page, {what}", page, CARDS, jobs, runs))
        first = {count: gets(one, "/") for count, one in clients.items()}
        rows.append(ratio_row("page of a maker", first, FEW, jobs, runs))
        made = {count: accepted(one) for count, one in clients.items()}
        rows.append(ratio_row("job accepted", made, FEW, jobs, runs))
    return rows


def ratio_row(what: str, asked: Mapping[int, Iterator[float]], few: int, many: int, runs: int) -> Row:
    """Time with a long history by that with a short one, of two that show as much."""
    found = medians({str(count): asked[count] for count in (few, many)}, runs)
    short, long = found[str(few)], found[str(many)]
    return Row(f"{what}: {many:,} / {few} jobs ({1000 * long:.1f} / {1000 * short:.1f} ms)", long / short, LONG, True)


def first_preview(models: Path, runs: int) -> list[Row]:
    """A talk job with real models: the first one, which loads them, and the median of the next ones."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        place = Path(folder) / "place"
        place.mkdir()
        (place / "models").symlink_to(models.absolute())
        address = stack.enter_context(studio(Path(folder) / "studio", place, 1))
        client = Client(address)
        values = {"image": client.upload(PORTRAIT, "image/jpeg"), **TALK}
        seconds = [_until_preview(address, values) for _ in range(runs + 1)]
    return [
        Row("talk, first preview with cold models, s", seconds[0]),
        Row("talk, first preview with warm models, s", median(seconds[1:]), PREVIEW_SECONDS, True),
    ]


def _until_preview(address: str, values: dict[str, Any]) -> float:
    """Seconds from the request of a talk job to the event of its first preview; the job is then made to its end."""
    client, events = Client(address), Client(address)
    events.connection.request("GET", "/api/v1/events")
    stream = events.connection.getresponse()
    stream.readline()  # of the first event: it listens
    started = time.perf_counter()
    job = client.post("/api/v1/talk", values).json()["id"]
    kind, found = "", 0.0
    while True:
        line = stream.readline().decode()
        if line.startswith("event:"):
            kind = line.split(":")[1].strip()
        elif line.startswith("data:") and (json.loads(line[5:]).get("job") or {}).get("id") == job:
            told = json.loads(line[5:])["job"]
            if told["preview"] and not found:
                found = time.perf_counter() - started
            if kind == "ended":
                if told["state"] != "done":
                    raise SystemExit(f"the talk job {told['state']}: {told['reason']}")
                events.connection.close()
                return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200, help="requests of each kind")
    parser.add_argument("--jobs", type=int, default=10_000, help="jobs of the long history; 0 leaves it out")
    parser.add_argument("--quick", action="store_true", help="three requests of each kind, and no long history")
    parser.add_argument("--models", type=Path, help="a folder `models`; measures a talk job, too")
    parser.add_argument("--json", type=Path, help="where the figures are written, too")
    given = parser.parse_args()
    if given.quick:
        given.runs, given.jobs = 3, 0
    rows = answers(given.runs)
    rows += histories(given.jobs, max(3, given.runs // 4)) if given.jobs else []
    rows += first_preview(given.models, 5) if given.models is not None else []
    print_table("the studio", [f"medians of {given.runs} requests, of a quarter in the history"], rows)
    if given.json is not None:
        figures = {row.what: {"value": row.ratio, "goal": row.goal} for row in rows}
        given.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
