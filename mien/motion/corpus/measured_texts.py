"""Texts composed from the labels of acted clips, for clips without a description.

The sentences state the speaker's sex, the emotion and its intensity. They do not mention nods or glances, because no
label does.
"""

from __future__ import annotations

EMOTION_WORDS: dict[str, tuple[str, str, str]] = {
    "ANG": ("angrily", "angry", "anger"),
    "DIS": ("with disgust", "disgusted", "disgust"),
    "FEA": ("fearfully", "afraid", "fear"),
    "HAP": ("happily", "happy", "joy"),
    "NEU": ("calmly", "calm", "calm"),
    "SAD": ("sadly", "sad", "sadness"),
}
"""Emotion → adverb, adjective and noun."""

_PEOPLE = {"female": ("a woman", "she"), "male": ("a man", "he")}


def strength(intensity: float | None) -> str:
    """Word for an intensity in [0, 1]: "a little " up to 0.4, "very " from 0.8, else, or if it is unknown, ""."""
    if intensity is None:
        return ""
    return "a little " if intensity <= 0.4 else "very " if intensity >= 0.8 else ""


def compose_texts(
    sex: str | None, emotion: str | None, intensity: float | None = None, spoken: str | None = None
) -> tuple[str, ...]:
    """Two to four paraphrases that describe a clip by its labels; None for a missing label.

    sex: female or male. emotion: one of `mien.clips.EMOTIONS`. intensity: in [0, 1]. spoken: the transcript.
    """
    person, pronoun = _PEOPLE.get(sex or "", ("a person", "the person"))
    adverb, adjective, noun = EMOTION_WORDS.get(emotion or "", ("", "", ""))
    level = strength(intensity)
    if not adjective:
        sentences = [f"{person} talks", f"{pronoun} says something"]
    else:
        intensifier = "" if emotion == "NEU" else level
        manner = {"a little ": "slightly ", "very ": "very "}.get(intensifier, "") if adverb.endswith("ly") else ""
        degree = {"a little ": "some ", "very ": "strong "}.get(intensifier, "")
        sentences = [
            f"{person} talks {manner}{adverb}",
            f"{pronoun} says something, {intensifier}{adjective}",
            f"{person} shows {degree}{noun} while talking",
        ]
    transcript = " ".join((spoken or "").split()).rstrip(".")
    if transcript:
        sentences.append(f'{pronoun} says "{transcript}"' + (f" {adverb}" if adverb else ""))
    return tuple(sentences)
