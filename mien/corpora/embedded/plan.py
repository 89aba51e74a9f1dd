"""The plan of the embedded corpus: its actors, their voices, and their clips.

An actor is a function of seed and actor id, a clip of seed and clip id: adding actors or clips changes no other one.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mien.clips import EMOTIONS
from mien.corpora.options import EmbeddedOptions
from mien.corpora.sentences import INTENSITY_SENTENCE, SENTENCES

FIRST_ACTOR = 1001
DEFAULT_CLIPS_PER_ACTOR = 12

# without espeak's f2, f3 and f5: their breath noise differs between processes
_VARIANTS: dict[str, tuple[str, ...]] = {
    "female": ("f1", "f4", "Annie", "linda", "anika"),
    "male": ("m1", "m3", "m4", "m7"),
}
_PITCH = {"female": (46, 68), "male": (32, 60)}


def generator(*parts: object) -> np.random.Generator:
    """A random generator that is a function of `parts` alone, on every machine."""
    text = "\x1f".join(str(part) for part in parts)
    return np.random.default_rng(np.frombuffer(hashlib.sha256(text.encode()).digest(), np.uint32))


@dataclass(frozen=True)
class Actor:
    """A person of the corpus: `actor_id` as CREMA-D numbers them, and the voice.

    pitch: espeak's scale of 0–99. rate: factor on the speaking rate. warmth: factor on the acted intensity.
    """

    actor_id: str
    sex: Literal["female", "male"]
    language: str
    variant: str
    pitch: int
    rate: float
    warmth: float


@dataclass(frozen=True)
class PlannedClip:
    """One clip to render: actor, sentence, emotion and CREMA-D's intensity level."""

    actor_id: str
    sentence_id: str
    emotion: str
    level: str

    @property
    def clip_id(self) -> str:
        """CREMA-D's name, such as `1001_DFA_ANG_XX`."""
        return f"{self.actor_id}_{self.sentence_id}_{self.emotion}_{self.level}"


def actor(seed: int, index: int) -> Actor:
    """Actor number `index`, counted from 0; women and men alternate."""
    actor_id = str(FIRST_ACTOR + index)
    rng = generator("voice", seed, actor_id)
    sex: Literal["female", "male"] = "female" if index % 2 == 0 else "male"
    # variants in turn, so that few actors share a voice
    variants = _VARIANTS[sex]
    return Actor(
        actor_id=actor_id,
        sex=sex,
        language="en-gb" if rng.random() < 0.2 else "en-us",
        variant=variants[(index // 2 + seed) % len(variants)],
        pitch=int(rng.integers(*_PITCH[sex])),
        rate=float(rng.uniform(0.92, 1.1)),
        warmth=float(rng.uniform(0.85, 1.1)),
    )


def plan_actor(options: EmbeddedOptions, actor_id: str) -> list[PlannedClip]:
    """The clips of one actor: a neutral one first, then emotions and sentences balanced.

    Raises ValueError for more clips than CREMA-D has combinations (82).
    """
    rest = [
        PlannedClip(actor_id, sentence, emotion, level)
        for sentence in SENTENCES
        for emotion in EMOTIONS
        for level in (("LO", "MD", "HI") if sentence == INTENSITY_SENTENCE and emotion != "NEU" else ("XX",))
    ]
    rng = generator("plan", options.seed, actor_id)
    rest = [rest[number] for number in rng.permutation(len(rest))]
    count = options.clips_per_actor or DEFAULT_CLIPS_PER_ACTOR
    if count > len(rest):
        raise ValueError(f"corpus.embedded.clips_per_actor is {count}, but there are {len(rest)} different clips")
    chosen: list[PlannedClip] = []
    emotions: Counter[str] = Counter()
    kinds: Counter[tuple[str, str]] = Counter()
    while len(chosen) < count:
        # the first clip is neutral, which is what a reference picture is taken from
        allowed = [clip for clip in rest if chosen or clip.emotion == "NEU"]
        best = min(allowed, key=lambda clip: emotions[clip.emotion] + 2 * kinds[clip.sentence_id, clip.level])
        chosen.append(best)
        rest.remove(best)
        emotions[best.emotion] += 1
        kinds[best.sentence_id, best.level] += 1
    return chosen


def plan_corpus(options: EmbeddedOptions) -> list[tuple[Actor, PlannedClip]]:
    """Every clip of the corpus with its actor, in the order of the clips' ids."""
    people = [actor(options.seed, index) for index in range(options.actors)]
    clips = [(person, clip) for person in people for clip in plan_actor(options, person.actor_id)]
    return sorted(clips, key=lambda pair: pair[1].clip_id)
