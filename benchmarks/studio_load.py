"""A hundred clients of the studio at once: pages, uploads, jobs, events, cancels; rates, times and faults.

    python benchmarks/studio_load.py [--clients 100] [--seconds 60] [--workers 2] [--json FILE]

Everything is on loopback; jobs are made by a toy, so that the server is what is measured. A fault is: an answer that is
neither right nor 429 or 503 with Retry-After, a connection that is cut, a job that was accepted and is not there or in
a state that nobody asked for, or a file of a done job that is not there. The command fails if there is one.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
from PIL import Image
from studio_server import ROOT, running

TOYS = ROOT / "tests" / "studio"
SYSTEMS = "journal_maker:SYSTEMS"

WAITING = 60
PAUSE_SECONDS = (0.2, 1.2)
"""Between two requests of a client."""

DRAIN_SECONDS = 240.0
"""The jobs that were accepted have ended after this time."""


@dataclass
class Seen:
    """What the clients saw. jobs: id → whether its cancellation was accepted."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    jobs: dict[str, bool] = field(default_factory=dict)
    events: int = 0


class Visitor:
    """One client: it does something, pauses, and does the next thing."""

    def __init__(self, client: httpx.AsyncClient, number: int, seen: Seen) -> None:
        self.client, self.seen, self.rng = client, seen, random.Random(number)
        self.own: list[str] = []
        picture = io.BytesIO()
        Image.new("RGB", (320, 240), (number * 2 % 256, 99, 30)).save(picture, "PNG")
        self.picture = picture.getvalue()
        self.acts: dict[Callable[[], Awaitable[None]], int] = {
            self.page: 5, self.history: 3, self.listed: 3, self.shown: 3, self.make: 3, self.cancel: 1, self.upload: 1,
            self.downloaded: 1,
        }  # fmt: skip

    async def visit(self, end: float) -> None:
        """Act until the end."""
        await asyncio.sleep(self.rng.uniform(0, 1))
        while time.monotonic() < end:
            await self.rng.choices(list(self.acts), list(self.acts.values()))[0]()
            await asyncio.sleep(self.rng.uniform(*PAUSE_SECONDS))

    async def watch(self) -> None:
        """Read the events until it is cancelled."""
        while True:
            try:
                async with self.client.stream("GET", "/api/v1/events", timeout=None) as stream:
                    if stream.status_code != 200:
                        self.seen.faults[f"events: {stream.status_code}"] += 1
                    async for line in stream.aiter_lines():
                        self.seen.events += line.startswith("event:")
            except httpx.HTTPError as error:
                self.seen.faults[f"events: {type(error).__name__}"] += 1
            await asyncio.sleep(1.0)

    async def page(self) -> None:
        await self._ask("page", "GET", self.rng.choice(("/", "/make/move", "/make/shapes", "/make/follow")))

    async def history(self) -> None:
        await self._ask(
            "history page", "GET", self.rng.choice(("/history", "/history?words=red", "/history?state=done"))
        )

    async def listed(self) -> None:
        await self._ask("list", "GET", self.rng.choice(("/api/v1/jobs", "/api/v1/queue", "/api/v1/jobs?q=circle")))

    async def shown(self) -> None:
        if self.own:
            await self._ask("job", "GET", f"/api/v1/jobs/{self.rng.choice(self.own)}")

    async def make(self) -> None:
        values = {"text": [f"a red circle {self.rng.randrange(1000)}"]}
        answer = await self._ask("accepted", "POST", "/api/v1/shapes", good=(202,), json=values)
        if answer is not None:
            self.own.append(answer.json()["id"])
            self.seen.jobs[self.own[-1]] = False

    async def cancel(self) -> None:
        if self.own:
            job = self.rng.choice(self.own)
            answer = await self._ask("cancel", "POST", f"/api/v1/jobs/{job}/cancel", good=(200, 409))
            if answer is not None and answer.status_code == 200:
                self.seen.jobs[job] = True

    async def upload(self) -> None:
        files = {"file": ("a.png", self.picture, "image/png")}
        answer = await self._ask("upload", "POST", "/api/v1/files", good=(201,), files=files)
        if answer is not None:
            await self._ask("preview of an upload", "GET", answer.json()["preview"])

    async def downloaded(self) -> None:
        for job in self.own[-5:]:
            answer = await self._ask("job", "GET", f"/api/v1/jobs/{job}")
            if answer is not None and answer.json()["state"] == "done":
                await self._ask("result", "GET", answer.json()["files"]["file"]["url"])
                return

    async def _ask(
        self, what: str, method: str, path: str, good: tuple[int, ...] = (200,), **options: Any
    ) -> httpx.Response | None:
        """A request; None: it was refused for now, or went wrong, which is noted."""
        started = time.perf_counter()
        try:
            answer = await self.client.request(method, path, **options)
        except httpx.HTTPError as error:
            self.seen.faults[f"{what}: {type(error).__name__}"] += 1
            return None
        self.seen.seconds[what].append(time.perf_counter() - started)
        self.seen.statuses[what, answer.status_code] += 1
        if answer.status_code in good:
            return answer
        if answer.status_code in (429, 503) and answer.headers.get("retry-after", "").isdecimal():
            return None
        self.seen.faults[f"{what}: {answer.status_code} {answer.text[:100]}"] += 1
        return None


async def visits(address: str, clients: int, seconds: float) -> tuple[Seen, float]:
    """What so many clients see, and how long the jobs took to end afterwards."""
    seen, end = Seen(), time.monotonic() + seconds
    limits = httpx.Limits(max_connections=4)
    opened = [httpx.AsyncClient(base_url=address, timeout=60, limits=limits) for _ in range(clients)]
    visitors = [Visitor(client, number, seen) for number, client in enumerate(opened)]
    watching = [asyncio.create_task(visitor.watch()) for visitor in visitors]
    await asyncio.gather(*(visitor.visit(end) for visitor in visitors))
    for one in watching:
        one.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    drained = await ended(opened[0], seen)
    for client in opened:
        await client.aclose()
    return seen, drained


async def ended(client: httpx.AsyncClient, seen: Seen) -> float:
    """Seconds until the queue was empty. What is not as it should be is noted as a fault."""
    started = time.monotonic()
    while (state := (await client.get("/api/v1/queue")).json())["waiting"] + state["running"]:
        if time.monotonic() - started > DRAIN_SECONDS:
            seen.faults["jobs that did not end"] += state["waiting"] + state["running"]
            break
        await asyncio.sleep(0.5)
    for job, cancelled in seen.jobs.items():
        answer = await client.get(f"/api/v1/jobs/{job}")
        state = answer.json().get("state")
        if state == "done":
            file = await client.head(answer.json()["files"]["file"]["url"])
            if file.status_code != 200:
                seen.faults["a done job without its file"] += 1
        elif state != "cancelled" or not cancelled:
            seen.faults[f"a job is {state} ({answer.status_code})"] += 1
    return time.monotonic() - started


def report(seen: Seen, seconds: float, drained: float, cpu: float) -> dict[str, Any]:
    """Print the table; the figures. cpu: CPU seconds of the server, of its start too."""
    total = sum(map(len, seen.seconds.values()))
    refused = sum(count for (_, status), count in seen.statuses.items() if status in (429, 503))
    print(f"{total} requests, {total / seconds:.0f} a second, {seen.events} events; {refused} told to wait;", end=" ")
    print(f"{len(seen.jobs)} jobs accepted, all ended {drained:.0f} s later; {sum(seen.faults.values())} faults")
    print(f"the server took {cpu:.0f} CPU s, of all that it does {1000 * cpu / total:.0f} ms a request")
    print(f"{'':24s}{'n':>7s}{'median':>9s}{'90 %':>9s}{'99 %':>9s}  ms")
    rows = {}
    for what, taken in sorted(seen.seconds.items()):
        order = sorted(1000 * one for one in taken)
        at = [order[min(len(order) - 1, int(part * len(order)))] for part in (0.5, 0.9, 0.99)]
        print(f"{what:24s}{len(order):7d}{at[0]:9.0f}{at[1]:9.0f}{at[2]:9.0f}")
        rows[what] = {"count": len(order), "median_ms": at[0], "p90_ms": at[1], "p99_ms": at[2]}
    for fault, count in seen.faults.most_common(20):
        print(f"FAULT {count} × {fault}")
    return {
        "requests": total, "a_second": total / seconds, "told_to_wait": refused, "jobs": len(seen.jobs),
        "drained_seconds": drained, "server_cpu_seconds": cpu, "faults": dict(seen.faults), "times": rows,
    }  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path, help="where the figures are written, too")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        toys = {"PYTHONPATH": f"{TOYS}:{TOYS / 'reliability'}", "MIEN_TEST_JOURNAL": str(Path(folder) / "journal")}
        command = [
            sys.executable, "-m", "mien", "serve", "--folder", str(Path(folder) / "studio"), "--port", "0",
            "--workers", str(given.workers), "--systems", SYSTEMS, "--limit", f"waiting={WAITING}",
            "--limit", "requests_each_minute=1000000",
        ]  # fmt: skip
        with running(command, variables=toys) as address:
            (server,) = psutil.Process().children()
            seen, drained = asyncio.run(visits(address, given.clients, given.seconds))
            used = server.cpu_times()
    figures = report(seen, given.seconds, drained, used.user + used.system)
    if given.json is not None:
        given.json.write_text(json.dumps(figures, indent=1) + "\n")
    if seen.faults:
        raise SystemExit("there were faults")


if __name__ == "__main__":
    main()
