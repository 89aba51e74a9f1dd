"""The goals for real photos, each with its figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.real_photos.table import LEAST_BLINK, MONOTONE, NEUTRAL_SMUDGE, RIGHT, VALUES, Summary

LEAST_TRUTH = 0.03
"""A response of the rendered truth that is smaller than this is within the noise and sets no goal."""

AS_OFTEN = 0.9
"""Teeth are to be seen in so much of the share of wide mouths in which GRID's show them."""

HALF_OF_TRUTH = (
    "ANG browDown", "SAD browInnerUp", "FEA browInnerUp", "FEA eyeWide", "SAD mouthFrown", "DIS mouthFrown",
    "DIS noseSneer",
)  # fmt: skip


@dataclass(frozen=True)
class Goal:
    """What is wanted of a figure: at least or at most a limit. Either may be unknown."""

    what: str
    figure: float | None
    limit: float | None
    at_most: bool = False

    @property
    def reached(self) -> bool | None:
        """None if the figure or the limit was not measured."""
        if self.figure is None or self.limit is None:
            return None
        return self.figure <= self.limit if self.at_most else self.figure >= self.limit

    def line(self) -> str:
        """A row of a markdown table."""
        sign = "≤" if self.at_most else "≥"
        wanted = "–" if self.limit is None else f"{sign} {self.limit:.2f}"
        shown = "–" if self.figure is None else f"{self.figure:.2f}"
        return f"| {self.what} | {wanted} | {shown} | {_WORDS[self.reached]} |"


_WORDS = {True: "reached", False: "**missed**", None: "not measured"}


def goals(rows: Mapping[str, Summary], row: str = "model") -> list[Goal]:
    """Goals of one row of the table, against GRID's clips and the rendered truth where these were measured."""
    model, grid, truth = rows[row], rows.get("GRID clips", {}), rows.get("rendered, truth", {})

    def times(other: Summary, name: str, factor: float) -> float | None:
        return None if name not in other else factor * other[name]

    sharp, wide, smudge, teeth = (VALUES[name] for name in ("sharpness", "wide_sharpness", "smudge", "teeth_seen"))
    smile = "HAP mouthSmile, least of a still"
    found = [Goal("smile: HAP mouthSmile on every photo", model.get(smile), 0.35)]
    for name in HALF_OF_TRUTH:
        limit = times(truth, name, 0.5)
        if limit is not None and limit < LEAST_TRUTH / 2:
            limit = None
        found.append(Goal(f"{name}, half of the rendered truth's", model.get(name), limit))
    return [
        *found,
        Goal("responses that grow with the intensity", model.get(MONOTONE), 0.9),
        Goal("identity, mean cosine", model.get(VALUES["identity"]), 0.82),
        Goal("sharpness of the mouth, against GRID's", model.get(sharp), times(grid, sharp, 0.8)),
        Goal("sharpness of wide mouths, against GRID's", model.get(wide), times(grid, wide, 0.8)),
        Goal("lips' colour, ΔE2000", model.get(VALUES["lip_delta_e"]), 6.0, at_most=True),
        Goal("smudge, against GRID's", model.get(smudge), times(grid, smudge, 1.0), at_most=True),
        Goal(
            "smudge with NEU, against GRID's, who speak without a feeling",
            model.get(NEUTRAL_SMUDGE),
            times(grid, NEUTRAL_SMUDGE, 1.0),
            at_most=True,
        ),
        Goal("wide mouths that show teeth, against GRID's", model.get(teeth), times(grid, teeth, AS_OFTEN)),
        Goal("a blink that was asked for closes: eyeBlink on every photo", model.get(LEAST_BLINK), 0.6),
        Goal("lines behind the head, px, 95 %", model.get(VALUES["lines_95"]), 1.0, at_most=True),
        Goal("feelings named rightly by mini-XCEPTION, 15 of 24", model.get(RIGHT), 15 / 24),
    ]


def goals_table(found: list[Goal]) -> str:
    """Markdown."""
    return "\n".join(["| goal | wanted | figure | |", "|---|---|---|---|", *(goal.line() for goal in found)])
