"""The texts of the pages in English and Vietnamese.

The catalogues are the files `catalogues/<language>/<section>.json`: flat objects from keys to texts, in which `{name}`
stands for a value. A key of a number may have two forms, `KEY.one` and `KEY`, and the value is then named `n`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "vi": "Tiếng Việt"})
"""Languages of the pages: code → name in the language itself. The first one is the default."""

DEFAULT = "en"

_VALUE = re.compile(r"\{([a-z_]+)\}")


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """All texts of a language by key. Raises ValueError where two sections have the same key."""
    texts: dict[str, str] = {}
    folder = resources.files(__package__) / "catalogues" / language
    for section in sorted(folder.iterdir(), key=lambda one: one.name):
        if section.name.endswith(".json"):
            found: dict[str, str] = json.loads(section.read_text(encoding="utf-8"))
            twice = texts.keys() & found.keys()
            if twice:
                raise ValueError(f"catalogues/{language}/{section.name}: {sorted(twice)[0]} is in another section too")
            texts.update(found)
    return MappingProxyType(texts)


def filled(text: str, values: Mapping[str, object]) -> str:
    """A text with its `{name}` replaced by values; a name without a value stays as it is."""
    return _VALUE.sub(lambda found: str(values.get(found[1], found[0])), text)


class Translator:
    """The texts of one language: `t("key", name=value)`. A key that is missing raises KeyError: a test finds it."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else DEFAULT
        self.texts = catalogue(self.language)

    def __call__(self, key: str, **values: object) -> str:
        if values.get("n") in (1, "1") and f"{key}.one" in self.texts:
            key = f"{key}.one"
        return filled(self.texts[key], values)

    def known(self, key: str, default: str) -> str:
        """The text of a key, or `default` where the catalogues lack it, as for a field that is new."""
        return self.texts.get(key, default)

    def starting(self, prefix: str) -> dict[str, str]:
        """All texts whose keys start with `prefix`, for a script."""
        return {key: text for key, text in self.texts.items() if key.startswith(prefix)}


def preferred(cookie: str | None, accepted: str) -> str:
    """The language to show: that of the cookie, else the first known one of the header Accept-Language."""
    if cookie in LANGUAGES:
        return str(cookie)
    for code in _by_weight(accepted.split(",")[:20]):
        if code in LANGUAGES:
            return code
    return DEFAULT


def _by_weight(parts: Iterable[str]) -> list[str]:
    weighted: list[tuple[float, str]] = []
    for part in parts:
        name, _, parameters = part.strip().partition(";")
        weight = re.search(r"q\s*=\s*([01](?:\.[0-9]{1,3})?)", parameters)
        weighted.append((-float(weight[1]) if weight else -1.0, name.strip().lower().partition("-")[0]))
    return [name for _weight, name in sorted(weighted, key=lambda one: one[0])]
