"""Names of uploaded files as they are shown, and as they are given to a browser that saves a file."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote

MOST_CHARACTERS = 120
"""The longest name that is kept; the end with the suffix stays."""

UNNAMED = "upload"


def shown_name(raw: str) -> str:
    """The name of an uploaded file, safe to show: the last part of a path, without invisible characters.

    Control characters, line ends and marks of the writing direction are left out, spaces become one, and the middle of
    a long name is left out. Never empty. The name never decides where a file is kept.
    """
    last = re.split(r"[/\\]", raw[:20_000])[-1]
    text = unicodedata.normalize("NFC", last.replace("\t", " ").replace("\n", " ").replace("\r", " "))
    kept = "".join(letter for letter in text if not unicodedata.category(letter).startswith("C"))
    name = " ".join(kept.split()).strip(" .")
    if len(name) > MOST_CHARACTERS:
        stem, dot, suffix = name.rpartition(".")
        end = f"{dot}{suffix}" if stem and len(suffix) <= 8 else ""
        name = name[: MOST_CHARACTERS - len(end) - 1].rstrip() + "…" + end
    return name or UNNAMED


def is_text(text: str) -> bool:
    """Whether a text can be kept and sent: without a NUL character and without halves of a UTF-16 pair."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def suffix_of(name: str) -> str:
    """The suffix of a name in small letters, such as `.png`; empty where there is none."""
    found = re.search(r"\.([A-Za-z0-9]{1,8})$", name)
    return f".{found[1].lower()}" if found else ""


def save_name(title: str, suffix: str, short_id: str = "") -> str:
    """A file name for saving a result, of letters that every system takes: `title id.suffix`."""
    return f"{_stem(title)}{f' {short_id}' if short_id else ''}{suffix}"


@lru_cache(maxsize=256)  # each of the files of a result has the same
def _stem(title: str) -> str:
    words = re.sub(r"[^\w.()+-]+", " ", shown_name(title), flags=re.UNICODE)
    return " ".join(words.split())[:60].strip(" .") or "mien"


def disposition(name: str, attachment: bool) -> str:
    """The header Content-Disposition for a file of this name (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    ascii_name = re.sub(r"[^A-Za-z0-9 ._()+-]", "_", plain).strip() or "file"
    kind = "attachment" if attachment else "inline"
    return f"{kind}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"
