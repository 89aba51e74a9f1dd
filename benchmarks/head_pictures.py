"""How fast looks are painted and rendered: the layered painter, the quick and the differentiable renderer.

    OMP_NUM_THREADS=1 python benchmarks/head_pictures.py [--people 100]

One thread, in seconds of CPU, so that other work on the machine disturbs little. The people are drawn at random, and
nearly each wears something that nobody else does; each is seen whole and by the face.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from measuring import Row, print_table

from mien.heads.appearance import CLOTHING, GLASSES, HAIR_STYLES, Appearance
from mien.heads.look import Look
from mien.heads.painting.painter import Painter
from mien.heads.pictures.differentiable import DifferentiableRenderer
from mien.heads.pictures.quick import QuickRenderer
from mien.heads.pictures.views import View
from mien.heads.render.texture import paint_atlas

VIEWS = (View(yaw=0.3), View(crop="face", light=3))
BATCH = 20


def people(count: int) -> list[Look]:
    """Looks of so many random heads, in batches."""
    rng = np.random.default_rng(0)

    def one() -> Appearance:
        return Appearance(
            hair_style=rng.choice(HAIR_STYLES),
            clothing=rng.choice(CLOTHING),
            glasses=rng.choice(GLASSES),
            beard=float(rng.random() < 0.3),
            goatee=float(rng.random() < 0.3),
            beard_length=float(rng.random() < 0.3) * 0.5,
        )

    shapes = torch.from_numpy(rng.normal(0, 0.5, (count, 31)).astype(np.float32)).split(BATCH)
    return [Look.of(shape, torch.zeros(len(shape), 52), [one() for _ in shape]) for shape in shapes]


def seconds(function: Callable[[], object]) -> float:
    """Seconds of CPU of the fastest of two calls."""
    times = []
    for _ in range(2):
        started = time.process_time()
        function()
        times.append(time.process_time() - started)
    return min(times)


def with_gradient(renderer: DifferentiableRenderer, look: Look) -> None:
    """Pictures of a look and their gradient to identity and colours."""
    identity = look.identity.clone().requires_grad_()
    colours = {name: value.clone().requires_grad_() for name, value in look.colours.items()}
    renderer.pictures(replace(look, identity=identity, colours=colours), VIEWS).square().mean().backward()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=100)
    count = parser.parse_args().people
    torch.set_num_threads(1)
    looks = people(count)
    started = time.process_time()
    painters = {reduction: Painter(reduction) for reduction in (8, 1)}
    notes = [f"{os.cpu_count()} cores, one of them used; maps of two painters: {time.process_time() - started:.1f} s"]
    rows = [Row("paint_atlas, ms a head", 1e3 * seconds(lambda: paint_atlas.__wrapped__(looks[0].appearance(0))))]
    for reduction, painter in painters.items():
        took = seconds(lambda own=painter: own.paint(looks[0])) / len(looks[0])  # type: ignore[misc]
        rows.append(Row(f"layered painter at 1/{reduction}, ms a head", 1e3 * took))
    for size in (64, 96, 128):
        quick = QuickRenderer(size)
        took = seconds(lambda own=quick: [own.pictures(look, VIEWS) for look in looks])  # type: ignore[misc]
        goal = 150.0 if size == 64 else None
        rows.append(Row(f"quick, {size} px, pictures/s, painting included", len(VIEWS) * count / took, goal))
    differentiable = DifferentiableRenderer(64)
    each = len(VIEWS) * len(looks[0])
    with torch.no_grad():
        took = seconds(lambda: differentiable.pictures(looks[0], VIEWS)) / each
    rows.append(Row("differentiable, 64 px, ms a picture", 1e3 * took, 40.0, at_most=True))
    took = seconds(lambda: with_gradient(differentiable, looks[0])) / each
    rows.append(Row("differentiable, 64 px, ms a picture with its gradient", 1e3 * took, 70.0, at_most=True))
    print_table("Pictures of looks", notes, rows)


if __name__ == "__main__":
    main()
