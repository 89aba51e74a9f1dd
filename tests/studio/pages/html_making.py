"""What a page holds, as an HTML parser reads it, and what no page of the studio may hold."""

from __future__ import annotations

from html.parser import HTMLParser


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text outside scripts."""

    def __init__(self, content: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self._in_script = False
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._in_script = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._in_script = False

    def handle_data(self, data: str) -> None:
        if not self._in_script:
            self.texts.append(data)

    @property
    def text(self) -> str:
        """The text that a reader sees, with single spaces."""
        return " ".join(" ".join(self.texts).split())

    def all(self, tag: str, *having: str, **attributes: str) -> list[dict[str, str]]:
        """The attributes of the elements of this name, having these attributes, and with these values."""
        wanted = {name.replace("_", "-"): value for name, value in attributes.items()}
        return [
            found
            for name, found in self.elements
            if name == tag and wanted.items() <= found.items() and all(one in found for one in having)
        ]

    def faults(self) -> list[str]:
        """Inline script, inline style, handlers, twice the same id, and pictures without a text in their place."""
        found = [f"<{tag} {name}>" for tag, given in self.elements for name in given if name.startswith("on")]
        found += [f"<{tag} style>" for tag, given in self.elements if "style" in given]
        found += ["<style>" for tag, _given in self.elements if tag == "style"]
        scripts = [given for tag, given in self.elements if tag == "script"]
        found += ["<script>" for given in scripts if "src" not in given and given.get("type") != "application/json"]
        found += [f"<{tag}> to javascript:" for tag, given in self.elements if _scripted(given)]
        ids = [given["id"] for _tag, given in self.elements if "id" in given]
        found += [f"id {one} twice" for one in sorted(set(ids)) if ids.count(one) > 1]
        found += ["<img> without alt" for given in self.all("img") if "alt" not in given]
        return found


def _scripted(given: dict[str, str]) -> bool:
    return any(given.get(name, "").strip().lower().startswith("javascript:") for name in ("href", "src", "action"))
