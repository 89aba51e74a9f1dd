"""The table: a line for each figure, a column for each row of videos."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from benchmarks.real_photos.blendshapes import MAIN, TOLERANCE, grows, response
from benchmarks.real_photos.clip import Measured

Summary = dict[str, float]

VALUES = {
    "identity": "identity, cosine",
    "sharpness": "sharpness of the mouth, photo's = 1",
    "wide_sharpness": "sharpness of the lips of wide mouths, photo's = 1",
    "lip_delta_e": "lips' colour, ΔE2000 from the photo's",
    "smudge": "smudge around the lips, % of luma a pixel",
    "inside_light": "inside of the mouth: lightness, skin's = 1",
    "inside_chroma": "inside of the mouth: chroma, skin's = 1",
    "inside_detail": "inside of the mouth: fine detail, L*",
    "teeth": "teeth, fraction of the inside",
    "teeth_seen": "wide mouths that show teeth",
    "jaw_range": "jawOpen, range",
    "eye_blink": "eyeBlink, greatest, random motion",
    "sync_r": "lip sync, r",
    "sync_lag": "lip sync, lag in ms",
    "blink": "eyeBlink of a blink asked for",
    "lines_median": "lines behind the head, px, median",
    "lines_95": "lines behind the head, px, 95 %",
    "flow_median": "flow behind the head, px, median",
    "flow_95": "flow behind the head, px, 95 %",
    "stretch_95": "stretch of ears and hair, 95 %",
    "seam": "seam of the paste-back, grey levels a px",
    "found": "frames with a face",
}
"""Values of a video, in the order of the table."""

LEAST_BLINK = "eyeBlink of a blink asked for, least of a still"
NEUTRAL_SMUDGE = "smudge around the lips with NEU, as real clips are"
RIGHT, RIGHT_OF_7, MONOTONE = "feelings named rightly", "feelings named rightly of 7", "grow with the intensity"


def summary(videos: Sequence[Measured]) -> Summary:
    """Means over the videos of a row, at its greatest intensity."""
    strongest = max(video.intensity for video in videos)
    full = [video for video in videos if video.intensity == strongest or video.emotion == "NEU"]
    found: Summary = {"videos": len(videos)}
    for name, by_still in responses(full).items():
        found[name] = float(np.mean(list(by_still.values())))
        found[f"{name}, least of a still"] = min(by_still.values())
    rising = [grew for _, _, grew in growing(videos)]
    if rising:
        found[MONOTONE] = float(np.mean(rising))
    found |= means([video.figures.values for video in full])
    smudges = [video.figures.values.get("smudge", np.nan) for video in full if video.emotion == "NEU"]
    if np.isfinite(smudges).any():
        found[NEUTRAL_SMUDGE] = float(np.nanmean(smudges))
    found[RIGHT] = float(np.mean([video.figures.named == video.emotion for video in full]))
    for emotion in dict.fromkeys(video.emotion for video in full):
        answers = [video.figures.named == emotion for video in full if video.emotion == emotion]
        found[f"named rightly, {emotion}"] = float(np.mean(answers))
    found[RIGHT_OF_7] = float(np.mean([video.figures.named_of_all == video.emotion for video in full]))
    return found


def means(values: Sequence[Mapping[str, float]]) -> Summary:
    """Mean of each of `VALUES` over those that have it, under its words."""
    rows = {words: [one[name] for one in values if name in one] for name, words in VALUES.items()}
    return {words: float(np.mean(row)) for words, row in rows.items() if row}


def around_summary(by_still: Mapping[str, Mapping[str, float]]) -> Summary:
    """Means over stills of what is around the face and of the blink that was asked for, and the least such blink."""
    found = means(list(by_still.values()))
    blinks = [values["blink"] for values in by_still.values() if "blink" in values]
    return found | ({LEAST_BLINK: min(blinks)} if blinks else {})


def responses(videos: Sequence[Measured]) -> dict[str, dict[str, float]]:
    """`FEELING blendshape` → response of each still, the mean over its recordings."""
    gathered: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for video in videos:
        if video.neutral:
            change = response(video.figures.shapes, video.neutral)
            for name in MAIN.get(video.emotion, ()):
                gathered[f"{video.emotion} {name}"][video.still].append(change[name])
    wanted = [f"{emotion} {name}" for emotion, names in MAIN.items() for name in names]
    return {
        key: {still: float(np.mean(values)) for still, values in gathered[key].items()}
        for key in wanted
        if key in gathered
    }


def growing(videos: Sequence[Measured]) -> Iterator[tuple[str, str, bool]]:
    """Still, feeling, and whether its main blendshape grows with the intensity, for all with several intensities."""
    intensities = sorted({video.intensity for video in videos if video.emotion != "NEU"})
    if len(intensities) < 2:
        return
    steps = [responses([video for video in videos if video.intensity == one]) for one in intensities]
    for emotion, names in MAIN.items():
        key = f"{emotion} {names[0]}"
        for still in steps[-1].get(key, {}):
            yield still, emotion, grows([step[key][still] for step in steps], TOLERANCE)


def table(rows: Mapping[str, Summary]) -> str:
    """Markdown: figures down, rows across."""
    names = _in_order(rows)
    lines = [f"| | {' | '.join(rows)} |", "|---|" + "---|" * len(rows)]
    for name in names:
        cells = [f"{summed[name]:.2f}" if name in summed else "–" for summed in rows.values()]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _in_order(rows: Mapping[str, Summary]) -> list[str]:
    """All names of figures: those of `VALUES` in their order, after the responses and before the answers."""
    names = dict.fromkeys(name for summed in rows.values() for name in summed)
    values = [words for words in [*VALUES.values(), NEUTRAL_SMUDGE, LEAST_BLINK] if words in names]
    answers = [name for name in names if name.startswith((RIGHT, "named rightly"))]
    return [*(name for name in names if name not in {*values, *answers}), *values, *answers]
