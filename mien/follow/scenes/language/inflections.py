"""Forms of English words: other forms under which a word may be known."""

from __future__ import annotations

_PLURALS = {"women": "woman", "men": "man", "children": "child"}
_PASTS = {
    "ran": "running", "sat": "sitting", "stood": "standing", "spun": "spinning", "went": "going", "wore": "wearing",
    "worn": "wearing", "leapt": "leaping", "fought": "fighting", "spoke": "speaking", "took": "taking",
    "strode": "walking", "held": "holding",
}  # fmt: skip
_VOWELS = "aeiou"


def other_forms(word: str) -> tuple[str, ...]:
    """Forms of the same word that may be known, the likeliest first: singular and plural, and the participle."""
    found = [_PLURALS.get(word, ""), _PASTS.get(word, "")]
    if word.endswith("men") and len(word) > 4:
        found.append(f"{word[:-3]}man")
    if word.endswith("s"):
        found += [word[:-1], word.removesuffix("es"), *_participles(word[:-1]), *_participles(word.removesuffix("es"))]
    elif word.endswith("ed") and len(word) > 4:
        found += _participles(word[:-2])
    elif len(word) >= 3:
        found += [*_participles(word), f"{word}s"]
    return tuple(dict.fromkeys(form for form in found if form))


def _participles(base: str) -> list[str]:
    return [f"{base.removesuffix('e')}ing", f"{base}{base[-1:]}ing" * (base[-1:] not in _VOWELS)]
