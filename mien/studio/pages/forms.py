"""The form of a maker: a widget for each field of its request, the few that matter first.

The fields come from the request's own model (`mien.makers.forms`), so that a new one appears by itself under "More
settings", as the widget that its kind suggests. What stands here is only which fields come first, which of them
exclude each other, and which have a widget of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mien.makers.examples import Example, examples
from mien.makers.forms import FormField, form_fields, without_flags
from mien.makers.systems import SYSTEMS
from mien.studio.pages.catalogue import Translator
from mien.systems.system import System

MAKERS = ("talk", "move", "sculpt", "follow", "shapes")
"""The makers in the order of the page."""

ENGLISH_ONLY = frozenset(("move", "sculpt", "shapes"))
"""Makers whose models read English only."""

MAIN: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "talk": (
        ("who", ("image", "person")),
        ("words", ("text", "speech", "language", "voice")),
        ("feeling", ("emotion", "emotion_track", "intensity")),
    ),
    "move": (("what", ("text", "script", "seconds")), ("who", ("person",))),
    "sculpt": (("what", ("text", "variants")), ("change", ("edit", "keep"))),
    "follow": (("pose", ("pose",)), ("look", ("text", "look"))),
    "shapes": (("what", ("text", "copies")),),
}
"""The sections that every form shows at once, and their fields; all other fields are further settings."""

ALTERNATIVES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "talk": (("image", "person"), ("text", "speech"), ("emotion", "emotion_track")),
    "move": (("text", "script"),),
}
"""Fields of which one is given: the form shows one at a time, and sends that one only."""

WITH: Mapping[str, Mapping[str, str]] = {
    "talk": {"language": "text", "voice": "text", "captions": "text", "engine": "text", "intensity": "emotion",
             "face": "image", "paste_back": "image", "rendered": "person"},
    "move": {"seconds": "text"},
    "sculpt": {"keep": "edit"},
}  # fmt: skip
"""Fields that have a meaning only with another one: they are shown and sent with it."""

SPECIAL: Mapping[str, str] = {
    "talk.language": "language", "talk.voice": "voice", "talk.emotion_track": "track", "move.script": "script",
    "follow.pose": "pose", "talk.intensity": "slider", "shapes.text": "texts",
}  # fmt: skip
"""Fields with a widget of their own, by `maker.field`."""

MOST_CHIPS = 6

_ORDER = ("NEU", "HAP", "SAD", "ANG", "FEA", "DIS")
"""The feelings in the order of the page."""


@dataclass(frozen=True)
class Widget:
    """A field as the page shows it. kind: the name of a macro in `parts/widgets.html` and of a reader in fields.js.

    choices: value and label. also: the field that it is shown with; empty: always. low: a zone for files that takes
    little room. placeholder: an example of what is typed.
    """

    field: FormField
    kind: str
    label: str
    help: str
    unset: str
    choices: tuple[tuple[str, str], ...] = ()
    also: str = ""
    wide: bool = False
    low: bool = False
    placeholder: str = ""

    @property
    def name(self) -> str:
        """Name of the field."""
        return self.field.name


@dataclass(frozen=True)
class Group:
    """Alternatives, as a switch between widgets; one widget alone is no alternative."""

    widgets: tuple[Widget, ...]


@dataclass(frozen=True)
class Section:
    """A part of a form. title: its heading; empty where there is none."""

    name: str
    title: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Form:
    """The form of a maker. outputs: suffix and label."""

    command: str
    title: str
    intro: str
    sections: tuple[Section, ...]
    more: tuple[Widget, ...]
    outputs: tuple[tuple[str, str], ...]
    examples: tuple[Example, ...]
    english_only: bool

    def data(self) -> dict[str, Any]:
        """What the page's script has to know of it."""
        shown = [widget for section in self.sections for group in section.groups for widget in group.widgets]
        return {
            "command": self.command,
            "fields": {one.name: self._field(one) for one in (*shown, *self.more)},
            "alternatives": [list(one) for one in ALTERNATIVES.get(self.command, ())],
            "outputs": [suffix for suffix, _label in self.outputs],
            "examples": [{"values": dict(one.values), "output": one.output} for one in self.examples],
            "englishOnly": self.english_only,
        }

    def _field(self, one: Widget) -> dict[str, Any]:
        return {
            "kind": one.kind,
            "several": one.field.several,
            "required": one.field.required,
            "default": one.field.default,
            "accepts": list(one.field.accepts),
            "also": one.also,
            "label": one.label,
        }


def form_of(command: str, t: Translator) -> Form:
    """The form of a maker in a language. Raises KeyError for a maker that does not exist."""
    system = SYSTEMS[command]
    widgets = {one.name: _widget(command, one, t) for one in form_fields(system)}
    sections = tuple(
        Section(name, t(f"make.{command}.{name}"), _groups(command, [widgets[one] for one in names if one in widgets]))
        for name, names in MAIN.get(command, ())
    )
    first = {name for _title, names in MAIN.get(command, ()) for name in names}
    return Form(
        command=command,
        title=t.known(f"maker.{command}", command.capitalize()),
        intro=t.known(f"maker.{command}.intro", system.help.partition("\n")[0]),
        sections=sections,
        more=tuple(one for name, one in widgets.items() if name not in first),
        outputs=_outputs(system, t),
        examples=examples(command, t.language),
        english_only=command in ENGLISH_ONLY,
    )


def _outputs(system: System[Any], t: Translator) -> tuple[tuple[str, str], ...]:
    return tuple((one.suffix, t.known(f"output.{system.command}{one.suffix}", one.suffix)) for one in system.outputs)


def _groups(command: str, widgets: list[Widget]) -> tuple[Group, ...]:
    """The widgets of a section, with alternatives together where the first of them stands."""
    by_name = {one.name: one for one in widgets}
    groups: list[Group] = []
    for one in widgets:
        names = next((names for names in ALTERNATIVES.get(command, ()) if one.name in names), (one.name,))
        if one.name == names[0]:
            groups.append(Group(tuple(by_name[name] for name in names if name in by_name)))
    return tuple(groups)


def _widget(command: str, one: FormField, t: Translator) -> Widget:
    def text(kind: str, default: str) -> str:
        return t.known(f"{kind}.{command}.{one.name}", t.known(f"{kind}.{one.name}", default))

    kind = SPECIAL.get(f"{command}.{one.name}") or _kind(one)
    ordered = sorted(one.choices, key=_ORDER.index) if set(one.choices) == set(_ORDER) else one.choices
    choices = tuple((value, _choice(command, one.name, value, t)) for value in ordered)
    return Widget(
        field=one,
        kind=kind,
        label=text("field", one.name.replace("_", " ").capitalize()),
        help=text("help", without_flags(one.description)),
        unset=text("unset", one.unset),
        choices=choices,
        also=WITH.get(command, {}).get(one.name, ""),
        low=not any(one.name in names for names in ALTERNATIVES.get(command, ())),
        placeholder=_placeholder(command, one, t),
        wide=kind in ("area", "texts", "file", "track", "script", "pose", "boxes", "chips", "file_or_text"),
    )


def _placeholder(command: str, one: FormField, t: Translator) -> str:
    """What an empty text field shows: an example of the reader's language."""
    written = (example.values.get(one.name) for example in examples(command, t.language))
    texts = (text[0] if isinstance(text, list) else text for text in written if text)
    return next((text for text in texts if isinstance(text, str)), next(iter(one.examples), ""))


def _choice(command: str, name: str, value: str, t: Translator) -> str:
    plain = value.replace("_", " ")
    return t.known(f"choice.{command}.{name}.{value}", t.known(f"choice.{name}.{value}", plain))


def _kind(one: FormField) -> str:
    """The widget that the kind of a field suggests."""
    if one.kind == "choice":
        return "boxes" if one.several else "chips" if len(one.choices) <= MOST_CHIPS else "select"
    if one.kind == "boolean":
        return "switch"
    if one.kind == "file":
        return "file"
    if one.kind in ("integer", "number"):
        return "seed" if one.name == "seed" else "number"
    if one.several:
        return "texts"
    if one.accepts:
        return "file_or_text"
    return "area" if (one.max_length or 0) >= 1000 else "line"
