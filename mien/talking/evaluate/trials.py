"""Selection of evaluation clips, each with its reference and a mismatched speech."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mien.clips import EMOTIONS
from mien.faces.shards import FaceShards
from mien.files import fingerprint
from mien.talking.data.labels import clip_labels, clips_of_part


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


def choose_trials(
    shards: FaceShards, split: Mapping[str, str], part: str, max_clips: int | None, seed: int
) -> list[Trial]:
    """The evaluation clips in the order of their ids; a function of corpus, split and seed.

    They are balanced over emotions and, within an emotion, over actors. The reference is a neutral clip of the actor
    (with the lowest hash of seed and id), or the clip itself if there is no other neutral one. The mismatched speech is
    that of the next clip with another sentence.
    Raises ValueError if the part contains no clip.
    """
    everything = sorted(map(str, shards))
    clips = clips_of_part(shards, split, part)
    if not clips:
        raise ValueError(f"no clip of the {part} actors is there: check split.{part}_ratio")
    labels = {clip_id: clip_labels(shards, clip_id) for clip_id in everything}
    order = {clip_id: fingerprint(seed, clip_id) for clip_id in everything}
    chosen = sorted(_balanced([(order[clip_id], clip_id) for clip_id in clips], labels)[:max_clips])
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
        sentence = _sentence(label)
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


def _sentence(label: Mapping[str, Any]) -> str | None:
    sentence = label["sentence_id"] or label["text"]
    return None if sentence is None else str(sentence)


def _balanced(ranked: Sequence[tuple[str, str]], labels: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """All clips (rank, id) in an order in which every prefix is balanced over emotions and then over actors."""
    clips = pd.DataFrame(
        [(order, clip_id, str(labels[clip_id]["emotion"]), str(labels[clip_id]["actor"])) for order, clip_id in ranked],
        columns=["order", "clip_id", "emotion", "actor"],
    ).sort_values("order")
    clips["of_actor"] = clips.groupby(["emotion", "actor"]).cumcount()
    clips = clips.sort_values(["of_actor", "order"])
    clips["of_emotion"] = clips.groupby("emotion").cumcount()
    return clips.sort_values(["of_emotion", "emotion", "clip_id"])["clip_id"].tolist()
