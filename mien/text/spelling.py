"""The known word that a misspelt one stands for: Damerau's four slips of the fingers.

A slip is a letter left out, added, replaced, or exchanged with its neighbour (Damerau, "A technique for computer
detection and correction of spelling errors", CACM 1964).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

SHORTEST = 4
"""Number of letters from which a word is corrected: shorter ones have too many neighbours; 3 without a vowel."""

LONGEST = 24
"""Number of letters up to which a word is corrected."""

TWO_SLIPS = 9
"""Number of letters from which two slips are corrected."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def corrected(word: str, known: Collection[str]) -> str | None:
    """The word of `known` that `word` is a slip away from, or two in a long word.

    The first letter must be right, or exchanged with the second. Of several words it is the one with the likeliest
    slip: letters exchanged or doubled, neighbours on the keyboard, then others. None if there is none, or if `word` has
    too few or too many letters or other characters.
    """
    shortest = SHORTEST if set(word) & set("aeiouy") else SHORTEST - 1
    if not (shortest <= len(word) <= LONGEST and word.isascii() and word.isalpha()):
        return None
    near = [one for one in _one_slip(word) if one in known and _starts_alike(word, one)]
    if near:
        return min(near, key=lambda one: (_unlikeliness(word, one), one))
    if len(word) < TWO_SLIPS:
        return None
    far = [one for one in known if one[:2] == word[:2] and abs(len(one) - len(word)) <= 2 and distance(word, one) <= 2]
    return min(far, key=lambda one: (abs(len(one) - len(word)), one)) if far else None


def _one_slip(word: str) -> Iterator[str]:
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        for letter in _LETTERS:
            yield head + letter + tail
            if tail and letter != tail[0]:
                yield head + letter + tail[1:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1 and tail[0] != tail[1]:
            yield head + tail[1] + tail[0] + tail[2:]


def _starts_alike(typed: str, meant: str) -> bool:
    return len(meant) >= SHORTEST - 1 and (typed[0] == meant[0] or sorted(typed[:2]) == sorted(meant[:2]))


def _unlikeliness(typed: str, meant: str) -> int:
    """0: letters exchanged, or doubled where one is meant or the reverse; 1: neighbouring keys; 2: any other slip."""
    if sorted(typed) == sorted(meant) or _singled(typed) == _singled(meant):
        return 0
    if len(typed) == len(meant):
        one, other = next((a, b) for a, b in zip(typed, meant, strict=True) if a != b)
        near = any(one in row and other in row and abs(row.index(one) - row.index(other)) == 1 for row in _KEYS)
        return 1 if near else 2
    return 2


def _singled(word: str) -> str:
    return "".join(letter for place, letter in enumerate(word) if place == 0 or word[place - 1] != letter)


def distance(one: str, other: str) -> int:
    """Number of slips between two words (optimal string alignment: no letter is changed twice)."""
    older: list[int] = []
    old = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, meant in enumerate(other, 1):
            least = min(old[j] + 1, row[j - 1] + 1, old[j - 1] + (letter != meant))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == meant:
                least = min(least, older[j - 2] + 1)
            row.append(least)
        older, old = old, row
    return old[-1]
