"""Selection of evaluation clips, each with its reference and a mismatched speech."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mien.clips import EMOTIONS
from mien.faces.shards import FaceShards
from mien.files import fingerprint


@dataclass(frozen=True)
class Trial:
    """An evaluation clip with its labels (None: unknown), and the clips of its reference and its mismatched speech."""

    clip_id: str
    actor: str | None
    emotion: str | None
    intensity: float | None
    sentence: str | None
    reference_clip: str
    other_speech: str

    @property
    def has_neutral_reference(self) -> bool:
        """Whether the reference is from another, neutral clip of the actor."""
        return self.reference_clip != self.clip_id


def _value(value: Any) -> Any:
    return None if pd.isna(value) or value == "" else value


def choose_trials(
    shards: FaceShards, split: Mapping[str, str], part: str, max_clips: int | None, seed: int
) -> list[Trial]:
    """The evaluation clips in the order of their ids; a function of corpus, split and seed.

    They are balanced over emotions and, within an emotion, over actors. The reference is a neutral clip of the actor
    (with the lowest hash of seed and id), or the clip itself if there is no other neutral one. The mismatched speech is
    that of the next clip with another sentence.
    Raises ValueError if the part contains no clip.
    """
    index = shards.index
    everything = sorted(str(clip_id) for clip_id in index.index)
    clips = [clip_id for clip_id in everything if split.get(clip_id) == part]
    if not clips:
        raise ValueError(f"no clip of the {part} actors is there: check split.{part}_ratio")
    labels = {clip_id: {key: _value(index[key][clip_id]) for key in _LABELS} for clip_id in everything}
    order = {clip_id: fingerprint(seed, clip_id) for clip_id in everything}
    chosen = sorted(_in_turn(clips, labels, order)[:max_clips])
    trials = []
    for position, clip_id in enumerate(chosen):
        label = labels[clip_id]
        neutral = [
            other
            # If the split divides the clips of an actor (split.val_clips), the neutral clip may be in another part.
            for other in sorted(everything, key=order.__getitem__)
            if other != clip_id and label["actor"] is not None
            if labels[other]["actor"] == label["actor"] and labels[other]["emotion"] == "NEU"
        ]
        sentence = _sentence(labels[clip_id])
        # Candidates for the mismatched speech: the other evaluated clips, then the remaining clips of the part.
        others = chosen[position + 1 :] + chosen[:position] + [one for one in clips if one not in chosen]
        different = [one for one in others if sentence is None or _sentence(labels[one]) != sentence]
        trials.append(
            Trial(
                clip_id,
                label["actor"],
                label["emotion"] if label["emotion"] in EMOTIONS else None,
                None if label["intensity"] is None else float(label["intensity"]),
                sentence,
                neutral[0] if neutral else clip_id,
                (different or others or [clip_id])[0],
            )
        )
    return trials


_LABELS = ("actor", "emotion", "intensity", "sentence_id", "text")


def _sentence(label: Mapping[str, Any]) -> str | None:
    sentence = label["sentence_id"] or label["text"]
    return None if sentence is None else str(sentence)


def _in_turn(clips: Sequence[str], labels: Mapping[str, Mapping[str, Any]], order: Mapping[str, str]) -> list[str]:
    """All clips in an order in which every prefix is balanced over emotions and then over actors."""
    seen: dict[Any, int] = {}
    places = {}
    for clip_id in sorted(clips, key=order.__getitem__):
        emotion, actor = labels[clip_id]["emotion"], labels[clip_id]["actor"]
        nth_of_both = seen[emotion, actor] = seen.get((emotion, actor), -1) + 1
        places[clip_id] = (emotion, nth_of_both)
    by_emotion: dict[Any, list[str]] = {}
    for clip_id in sorted(clips, key=lambda one: (places[one][1], order[one])):
        by_emotion.setdefault(places[clip_id][0], []).append(clip_id)
    ranked = [(rank, str(emotion), clip_id) for emotion, ids in by_emotion.items() for rank, clip_id in enumerate(ids)]
    return [clip_id for _, _, clip_id in sorted(ranked)]
