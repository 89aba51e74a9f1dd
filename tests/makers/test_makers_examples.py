"""The examples of requests: each can be asked for, and only makers that read Vietnamese have Vietnamese ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from mien.makers.examples import EXAMPLES, SAMPLE, Example, examples
from mien.makers.forms import build_request
from mien.makers.systems import SYSTEMS
from mien.text.languages import is_vietnamese

EVERY = [(command, one) for command, found in EXAMPLES.items() for one in found]


def test_every_maker_has_three_to_five_examples_in_each_language_that_it_reads() -> None:
    assert EXAMPLES.keys() == SYSTEMS.keys()
    for command in SYSTEMS:
        for language in ("en", "vi"):
            assert 3 <= len(examples(command, language)) <= 5, (command, language)


@pytest.mark.parametrize(("command", "example"), EVERY, ids=[f"{command}-{one.label}" for command, one in EVERY])
def test_an_example_can_be_asked_for(command: str, example: Example) -> None:
    system = SYSTEMS[command]
    values = {name: f"file:{'0' * 32}" if value == SAMPLE else value for name, value in example.values.items()}
    request = build_request(system, values, lambda _id, _kinds, _field: Path("portrait.jpg"))
    assert all(getattr(request, name) is not None for name in values)
    assert example.output in (None, *(one.suffix for one in system.outputs))


def test_a_maker_that_reads_english_only_keeps_its_english_examples() -> None:
    assert examples("sculpt", "vi") == examples("sculpt", "en")
    spoken = [one for one in examples("talk", "vi") if one.values["language"] != "vi"]
    assert spoken == []


@pytest.mark.parametrize("command", SYSTEMS)
def test_every_example_of_the_vietnamese_page_has_a_vietnamese_label(command: str) -> None:
    labels = [one.label_in("vi") for one in examples(command, "vi")]
    assert [one for one in labels if not is_vietnamese(one)] == []
    assert not any(is_vietnamese(one.label_in("en")) for one in examples(command, "en"))
