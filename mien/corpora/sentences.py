"""The twelve sentences of CREMA-D by code, in the official wording."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    "DFA": "Don't forget a jacket.",
    "IEO": "It's eleven o'clock.",
    "IOM": "I'm on my way to the meeting.",
    "ITH": "I think I have a doctor's appointment.",
    "ITS": "I think I've seen this before.",
    "IWL": "I would like a new alarm clock.",
    "IWW": "I wonder what this is about.",
    "MTI": "Maybe tomorrow it will be cold.",
    "TAI": "The airplane is almost full.",
    "TIE": "That is exactly what happened.",
    "TSI": "The surface is slick.",
    "WSI": "We'll stop in a couple of minutes.",
}
"""Sentence code → text."""

INTENSITY_SENTENCE = "IEO"
"""The sentence that CREMA-D records at three intensities (LO, MD, HI); all other clips are XX, unspecified."""
