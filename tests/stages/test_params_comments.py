"""The comments of the parameter files are the descriptions of the options models."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Optional

import pytest
from pydantic import BaseModel, Field
from toy_pipeline import ROOT

from stages.options import OptionsError
from stages.params_comments import commented, main
from stages.pipeline_files import read_yaml


class Rates(BaseModel):
    peak: float = Field(1e-3, description="peak learning rate")
    decay: Literal["cosine", "none"] = Field("none", description="schedule after the peak")


class Toy(BaseModel):
    steps: int | None = Field(None, description="steps;\n  None: until the loss\nstops falling, None of them before 10")
    name: str = Field("", description="of the run")
    rates: Optional[Rates] = Field(None, description="learning rates; None: the defaults")  # noqa: UP045
    widths: tuple[int, ...] = Field((), description="channels")


MODELS: dict[str, type[BaseModel]] = {"toy": Toy}


def test_the_files_say_what_the_models_say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["--check"]) == 0, f"run python -m stages.params_comments: {capsys.readouterr().out}"


def test_comments_come_from_nested_models_and_replace_older_ones() -> None:
    text = (
        "# the head\n\ntoy:  # mine\n  steps: null # old\n"
        "  # of this file alone\n  name: \"a # b\"   # 'old'\n  rates:\n    peak: 1e-3\n    decay: cosine  # x\n"
        "  widths:\n    - 8  # first\n    - 16\n"
    )
    assert commented(text, MODELS) == (
        "# the head\n\ntoy:  # mine\n"
        "  steps: null                           # steps; null: until the loss stops falling, null of them before 10\n"
        "  # of this file alone\n"
        '  name: "a # b"                         # of the run\n'
        "  rates:                                # learning rates; null: the defaults\n"
        "    peak: 1e-3                          # peak learning rate\n"
        "    decay: cosine                       # schedule after the peak\n"
        "  widths:                               # channels\n    - 8  # first\n    - 16\n"
    )


def test_a_long_value_pushes_its_comment_and_the_second_time_nothing_changes(tmp_path: Path) -> None:
    once = commented("toy:\n  widths: [128, 128, 128, 128, 128, 128, 128]\n", MODELS)
    assert once == "toy:\n  widths: [128, 128, 128, 128, 128, 128, 128]  # channels\n"
    assert commented(once, MODELS) == once
    path = tmp_path / "params.yaml"
    path.write_text(once)
    assert read_yaml(path) == {"toy": {"widths": [128] * 7}}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tory:\n  steps: 1\n", "no stage has the section 'tory'; there are toy"),
        ("toy:\n  step: 1\n", "unknown key 'toy.step'; allowed are steps, name, rates, widths"),
        ("toy:\n  rates:\n    peek: 1\n", "unknown key 'toy.rates.peek'; allowed are peak, decay"),
    ],
)
def test_a_key_that_no_model_has_is_refused(text: str, words: str) -> None:
    with pytest.raises(OptionsError, match=words):
        commented(text, MODELS)


def test_check_names_the_file_and_leaves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    path = tmp_path / "mine.yaml"
    path.write_text("split:\n  seed: 3\n")
    assert main(["--check", str(path)]) == 1
    assert "mine.yaml differs" in capsys.readouterr().out.replace(":", "")
    assert path.read_text() == "split:\n  seed: 3\n"
    assert main([str(path)]) == 0
    assert path.read_text().startswith("split:\n  seed: 3                               # ")
    assert main([str(tmp_path / "absent.yaml")]) == 2
