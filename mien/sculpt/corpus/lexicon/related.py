"""Words for what heads cannot show, with the nearest known words; named to the user, never used."""

from __future__ import annotations

RELATED: dict[str, tuple[str, ...]] = {
    word: tuple(nearest.split(", "))
    for words, nearest in {
        "hat cap beanie helmet hood bandana headscarf turban crown hijab veil": "hair",
        "sunglasses shades goggles monocle visor": "glasses",
        "ponytail pigtails plait plaits braid braids braided bunches": "bun, long hair",
        "dreadlocks dreads cornrows": "curly hair, afro",
        "mohawk mullet undercut fade spikes": "short hair, buzz cut",
        "sideburns muttonchops": "beard, stubble",
        "men": "man",
        "women": "woman",
        "kid child baby toddler infant children": "boy, girl, young",
        "suit tie blazer tuxedo uniform waistcoat": "collared shirt",
        "scarf necklace choker": "turtleneck",
        "scar tattoo mole birthmark pimple acne": "freckles",
        "earring earrings piercing piercings": "ears",
        "teeth tooth dimple dimples": "smile",
        "wrinkleless botox": "smooth skin",
        "muscular athletic strong fit": "broad shoulders, thick neck",
        "tall short-necked long-necked": "long face",
        "mysterious confident arrogant thoughtful focused": "serious, neutral",
        "excited ecstatic flirty silly playful": "happy, smiling",
        "confused puzzled sceptical skeptical": "surprised",
        "evil sinister villain": "angry, menacing",
        "kind gentle sweet cute": "friendly, smiling",
    }.items()
    for word in words.split()
}
"""Unknown word → known words that come nearest to it."""
