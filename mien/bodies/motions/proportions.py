"""How long the parts of a body are."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np


@dataclass(frozen=True)
class Proportions:
    """Lengths of a body in metres. The defaults are an adult's of 1 m: multiply them by the height with `scaled`.

    Segments after Drillis and Contini, "Body segment parameters", 1966; head after facial anthropometry (Farkas 1994).
    hips, shoulders: half the distance of the joints. pelvis: of the hip joints above the ground when standing is
    thigh + shin + ankle. torso: from between the hips to between the shoulders. neck: from there to the ears' height.
    """

    thigh: float = 0.245
    shin: float = 0.246
    ankle: float = 0.039
    foot: float = 0.152
    foot_width: float = 0.055
    hips: float = 0.056
    shoulders: float = 0.108
    torso: float = 0.290
    neck: float = 0.108
    upper_arm: float = 0.172
    forearm: float = 0.150
    hand: float = 0.104
    head: float = 0.130

    def scaled(self, factor: float) -> Proportions:
        """All lengths times `factor`."""
        return Proportions(**{one.name: factor * getattr(self, one.name) for one in fields(self)})

    @property
    def arm(self) -> float:
        """From shoulder to wrist."""
        return self.upper_arm + self.forearm

    @property
    def leg(self) -> float:
        """From hip to ankle."""
        return self.thigh + self.shin

    @property
    def hip_height(self) -> float:
        """Of the hip joints above the ground, standing."""
        return self.leg + self.ankle


_ADULT = Proportions()
_KINDS = {
    "woman": (1.65, replace(_ADULT, hips=0.060, shoulders=0.101)),
    "man": (1.77, replace(_ADULT, hips=0.055, shoulders=0.115)),
    "child": (
        1.20,
        replace(
            _ADULT, thigh=0.225, shin=0.220, torso=0.290, neck=0.125, head=0.170, upper_arm=0.160, forearm=0.140,
            shoulders=0.105, foot=0.155,
        ),
    ),
}  # fmt: skip
PEOPLE = tuple(_KINDS)


def proportions_of(kind: str, rng: np.random.Generator | None = None) -> Proportions:
    """The average woman, man or child; with `rng` one of them: height ± 4 %, each length ± 4 % (standard deviations).

    Raises ValueError for another kind.
    """
    if kind not in _KINDS:
        raise ValueError(f"proportions are known of {', '.join(_KINDS)}, not of {kind!r}")
    height, shape = _KINDS[kind]
    if rng is None:
        return shape.scaled(height)
    height *= float(np.clip(rng.normal(1, 0.04), 0.88, 1.12))
    return Proportions(
        **{
            one.name: height * getattr(shape, one.name) * float(np.clip(rng.normal(1, 0.04), 0.88, 1.12))
            for one in fields(shape)
        }
    )
