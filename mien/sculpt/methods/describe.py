"""What a head shows, in words: its own options, for the user to compare with the request."""

from __future__ import annotations

from mien.heads.latents.latents import Latents
from mien.sculpt.corpus.attributes import SHAPES, attributes, read_options

_LEVEL_WORDS = {
    "nose_width": ("narrow nose", "wide nose"), "nose_length": ("short nose", "long nose"),
    "nose_projection": ("small nose", "big nose"), "nose_tip": ("hooked nose", "upturned nose"),
    "lip_fullness": ("thin lips", "full lips"), "mouth_width": ("small mouth", "wide mouth"),
    "eye_size": ("small eyes", "big eyes"), "eye_spacing": ("close-set eyes", "wide-set eyes"),
    "eye_tilt": ("downturned eyes", "almond eyes"), "eye_depth": ("bulging eyes", "deep-set eyes"),
    "face_width": ("narrow face", "wide face"), "face_length": ("short face", "long face"),
    "jaw_width": ("narrow jaw", "square jaw"), "chin_length": ("short chin", "long chin"),
    "chin_width": ("pointed chin", "broad chin"), "chin_projection": ("receding chin", "prominent chin"),
    "forehead_height": ("low forehead", "high forehead"), "cheekbones": ("flat cheekbones", "high cheekbones"),
    "cheek_fullness": ("hollow cheeks", "chubby cheeks"), "ear_size": ("small ears", "big ears"),
    "neck_width": ("thin neck", "thick neck"), "shoulder_width": ("narrow shoulders", "broad shoulders"),
}  # fmt: skip


def described(latents: Latents) -> str:
    """What one head (1) shows, as a list of words."""
    known = attributes()
    own = {name: known[name].options[int(place[0])] for name, place in read_options(latents).items()}
    plain = {name: option.replace("_", " ") for name, option in own.items()}
    found = [f"{ {'middle': 'middle-aged'}.get(own['age'], own['age']) } {own['sex']}", f"{plain['skin']} skin"]
    found.append("bald" if own["hair_style"] == "bald" else f"{plain['hair_colour']} hair, {plain['hair_style']}")
    found.append(f"{plain['eyes']} eyes")
    if own["facial_hair"] != "none":
        long = "long " if own["beard_length"] == "long" and own["facial_hair"] in ("beard", "goatee") else ""
        found.append(f"{long}{plain['beard_colour']} {own['facial_hair']}")
    if own["glasses"] != "none":
        found.append(f"{own['frame_weight']} {own['glasses']} {own['frame']} glasses")
    found += [word for name, word in (("freckles", "freckles"), ("blush", "rosy cheeks")) if own[name] == "yes"]
    if own["makeup"] != "none":
        found.append("make-up" if own["makeup"] == "natural" else f"{own['makeup']} lipstick")
    if own["brows"] != "average":
        found.append("thick brows" if own["brows"] == "high" else "thin brows")
    found.append(own["expression"])
    found.append(f"{plain['cloth']} {plain['clothing']}")
    found += [_LEVEL_WORDS[name][own[name] == "high"] for name in SHAPES if own[name] != "average"]
    return ", ".join(found)
