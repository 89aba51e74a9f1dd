"""What an acted clip is said to show: plain sentences out of its labels, for clips that nobody described.

The sentences name who speaks, the feeling and how strong it is. They say nothing of nods and glances, which no
label holds.
"""

from __future__ import annotations

FEELINGS: dict[str, tuple[str, str, str]] = {
    "ANG": ("angrily", "angry", "anger"),
    "DIS": ("with disgust", "disgusted", "disgust"),
    "FEA": ("fearfully", "afraid", "fear"),
    "HAP": ("happily", "happy", "joy"),
    "NEU": ("calmly", "calm", "calm"),
    "SAD": ("sadly", "sad", "sadness"),
}
"""For each emotion how one speaks, what one is, and what one shows."""

_PEOPLE = {"female": ("a woman", "she"), "male": ("a man", "he")}


def strength(intensity: float | None) -> str:
    """The word for an intensity in [0, 1]: slight up to 0.4, strong from 0.8, none between or where it is unknown."""
    if intensity is None:
        return ""
    return "a little " if intensity <= 0.4 else "very " if intensity >= 0.8 else ""


def compose_texts(
    sex: str | None, emotion: str | None, intensity: float | None = None, spoken: str | None = None
) -> tuple[str, ...]:
    """Sentences (two to four) that say the same of a clip, from its labels; None where a label is missing.

    sex: female or male. emotion: one of `mien.clips.EMOTIONS`. intensity: in [0, 1]. spoken: the words that are said.
    """
    person, pronoun = _PEOPLE.get(sex or "", ("a person", "the person"))
    how, mood, shown = FEELINGS.get(emotion or "", ("", "", ""))
    level = strength(intensity)
    if not mood:
        sentences = [f"{person} talks", f"{pronoun} says something"]
    else:
        adverb = "" if emotion == "NEU" else level
        manner = {"a little ": "slightly ", "very ": "very "}.get(adverb, "") if how.endswith("ly") else ""
        degree = {"a little ": "some ", "very ": "strong "}.get(adverb, "")
        sentences = [
            f"{person} talks {manner}{how}",
            f"{pronoun} says something, {adverb}{mood}",
            f"{person} shows {degree}{shown} while talking",
        ]
    words = " ".join((spoken or "").split()).rstrip(".")
    if words:
        sentences.append(f'{pronoun} says "{words}"' + (f" {how}" if how else ""))
    return tuple(sentences)
