"""How the joints of BVH skeletons are called: CMU's, Mixamo's, MakeHuman's, Biped's and their like."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PREFIX = re.compile(r"^(mixamorig\d*|bip\d+|character\d*|armature|def|rig)[:_ .-]+", re.IGNORECASE)
_LIMBS: dict[str, tuple[str, ...]] = {
    "shoulder": ("arm", "upperarm", "upperarm01", "uparm", "shldr", "humerus"),
    "elbow": ("forearm", "lowerarm", "lowerarm01", "lowarm", "elbow", "radius"),
    "wrist": ("hand", "wrist"),
    "hip": ("upleg", "upperleg", "upperleg01", "thigh", "femur", "hip"),
    "knee": ("leg", "lowerleg", "lowerleg01", "lowleg", "shin", "calf", "knee", "tibia"),
    "ankle": ("foot", "ankle"),
    "toe": ("toebase", "toe", "toes", "toe0", "toe11", "ball"),
}
_FALLBACK = {"shoulder": ("shoulder",)}
"""Where a skeleton has a collar bone by another name, `LeftShoulder` is the joint of the arm."""
_MIDDLE: dict[str, tuple[str, ...]] = {"head": ("head",), "neck": ("neck", "neck01", "neck1", "lowerneck")}
_FINGERS = ("thumb", "index", "middle", "ring", "little")
_OTHER_FINGERS = {"pinky": "little", "mid": "middle"}


def joints_by_role(names: Sequence[str]) -> dict[str, int]:
    """Indices of the joints by role: `left_shoulder`, …, `right_toe`, `head`, `neck`, `left_thumb_1` …

    The first joint with a fitting name counts. Fingers are numbered from their root, 1 to 3.
    """
    found: dict[str, int] = {}
    plain = [_plain(name) for name in names]
    for table in (_LIMBS, _FALLBACK):
        for role, options in table.items():
            for option in options:
                for number, (side, name) in enumerate(plain):
                    if side and name == option:
                        found.setdefault(f"{side}_{role}", number)
    for role, options in _MIDDLE.items():
        for option in options:
            for number, (side, name) in enumerate(plain):
                if not side and name == option:
                    found.setdefault(role, number)
    for number, (side, name) in enumerate(plain):
        finger = _finger(name)
        if side and finger:
            found.setdefault(f"{side}_{finger}", number)
    return found


def _plain(name: str) -> tuple[str, str]:
    """The side, if any, and the rest of a name in small letters without separators."""
    name = _PREFIX.sub("", name.strip())
    for side in ("left", "right"):
        if re.search(side, name, re.IGNORECASE):
            return side, _letters(re.sub(side, "", name, count=1, flags=re.IGNORECASE))
    for letter, side in (("l", "left"), ("r", "right")):
        ending = re.fullmatch(rf"(.+)[ ._-]{letter}", name, re.IGNORECASE)
        begin = re.fullmatch(rf"{letter}[ ._-](.+)|{letter}([A-Z].*)", name) or re.fullmatch(
            rf"{letter.upper()}[ ._-](.+)|{letter.upper()}([A-Z].*)", name
        )
        if ending:
            return side, _letters(ending[1])
        if begin:
            return side, _letters(begin[1] or begin[2])
    return "", _letters(name)


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _finger(name: str) -> str | None:
    by_number = re.fullmatch(r"finger([1-5])([1-3])", name)
    if by_number:  # MakeHuman: finger2-1.L is the root of the index finger
        return f"{_FINGERS[int(by_number[1]) - 1]}_{by_number[2]}"
    by_name = re.fullmatch(r"(?:hand)?(thumb|index|middle|mid|ring|little|pinky)(?:finger)?0?([1-3])", name)
    if by_name:
        return f"{_OTHER_FINGERS.get(by_name[1], by_name[1])}_{by_name[2]}"
    return None
