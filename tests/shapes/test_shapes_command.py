"""`mien shapes` from words to pictures, with clips that are drawn in place of a trained model's."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from typer.testing import CliRunner, Result

from mien.commands.cli import app
from mien.files import sha256_file
from mien.media.provenance import read_tags
from mien.media.video import decode_frames
from mien.shapes.corpus.paths import sample_paths
from mien.shapes.corpus.rendering import render_video
from mien.shapes.corpus.scenes import Figure, Scene
from mien.shapes.corpus.vocabulary import BACKGROUND
from mien.shapes.generate import animate as animating
from mien.shapes.generate.animate import Animated
from mien.shapes.generate.animator import Animator
from mien.shapes.generate.layout import CAPTION_HEIGHT, GAP
from mien.shapes.language.reading import prompt_of
from mien.shapes.measure.scene import measure_scene
from mien.shapes.measure.text import measured_text
from mien.shapes.system import SYSTEM
from mien.storage.checksummed_json import write_checksummed_json
from mien.systems.errors import RequestError
from mien.text.encoder import UnknownWord
from mien.text.tokens import words

RIGHT = "circle moving up-right"
STAR = "a big red star is shrinking"
BOTH = "blue square moving left and yellow circle expanding"
SCENES = {
    RIGHT: Scene((Figure("circle", "moving up-right"),)),
    STAR: Scene((Figure("star", "shrinking", "red", "big"),)),
    BOTH: Scene((Figure("square", "moving left", "blue"), Figure("circle", "expanding", "yellow"))),
}
KNOWN = {word for scene in SCENES.values() for word in words(prompt_of(scene))}


class StandIn:
    """What a perfect model would do: it draws the scene that is asked for, or a blank if it knows the words of none."""

    frames = 12

    def __init__(self) -> None:
        self.asked: list[tuple[list[str], list[int], int | None]] = []

    def unknown_words(self, text: str) -> tuple[UnknownWord, ...]:
        return tuple(UnknownWord(word, ("circle",)) for word in words(text) if word not in KNOWN)

    def clips(
        self, texts: Sequence[str], seeds: Sequence[int], frames: int | None = None, scenes: Sequence[Scene] = ()
    ) -> NDArray[np.uint8]:
        self.asked.append((list(texts), list(seeds), frames))
        assert [prompt_of(scene) for scene in scenes] == list(texts), "the model gets its own words"
        return np.stack([self._clip(*one, frames or self.frames) for one in zip(scenes, seeds, strict=True)])

    def shown(self, texts: Sequence[str], seeds: Sequence[int]) -> NDArray[np.uint8]:
        """The clips of texts in `SCENES`."""
        return np.stack([self._clip(SCENES[text], seed, self.frames) for text, seed in zip(texts, seeds, strict=True)])

    def _clip(self, scene: Scene, seed: int, frames: int) -> NDArray[np.uint8]:
        if not set(words(prompt_of(scene))) <= KNOWN:
            return np.full((frames, 64, 64, 3), BACKGROUND, np.uint8)
        paths = sample_paths(np.random.default_rng(seed), scene, frames)
        assert paths is not None
        return render_video(paths)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    content = {"kind": "shapes", "format": 1, "data": "d1", "sha256": "0123456789abcdef"}
    write_checksummed_json(folder / "config.json", content)
    return folder


@pytest.fixture
def animator(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    stand_in = StandIn()
    monkeypatch.setattr(Animator, "load", lambda _: stand_in)
    return stand_in


def mien(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "100", "TERM": "dumb"}).invoke(app, [str(one) for one in arguments])


def made(out: Path, model: Path, *texts: str, **how: Any) -> Animated:
    done = SYSTEM.run({"text": texts or (RIGHT,), **how}, out, model=model)
    assert isinstance(done, Animated)
    return done


def gif_frames(path: Path) -> list[NDArray[np.uint8]]:
    with Image.open(path) as image:
        count = cast(Any, image).n_frames
        return [_frame(image, number) for number in range(count)]


def _frame(image: Image.Image, number: int) -> NDArray[np.uint8]:
    image.seek(number)
    return np.asarray(image.convert("RGB"))


def test_a_gif_shows_the_clip_and_says_what_it_is(animator: StandIn, model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.gif"
    done = made(out, model, seed=3)
    [clip] = animator.shown([RIGHT], [3])
    frames = gif_frames(out)
    assert len(frames) == done.frames == 12
    assert np.abs(np.array(frames, int) - clip).max() <= 24, "256 colours are nearly all"
    with Image.open(out) as image:
        assert image.info["duration"] == 100
    told = read_tags(out)
    assert told is not None
    assert (told.prompt, told.seed, told.model, told.data_digest) == (RIGHT, 3, "shapes 0123456789ab", "d1")
    assert done.clips[0].content == measure_scene(clip)


def test_an_mp4_of_a_grid_has_each_clip_in_its_place(animator: StandIn, model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    made(out, model, RIGHT, STAR, copies=3, seed=5, size=128)
    frames = np.array(list(decode_frames(out)), int)
    assert frames.shape == (12, 2 * (128 + GAP) - GAP, 3 * (128 + GAP) - GAP, 3)
    for row, text in enumerate((RIGHT, STAR)):
        for column, clip in enumerate(animator.shown([text] * 3, [5, 6, 7])):
            top, left = row * (128 + GAP), column * (128 + GAP)
            shown = frames[:, top : top + 128, left : left + 128]
            assert np.abs(shown - clip.repeat(2, axis=1).repeat(2, axis=2)).mean() < 3
    told = read_tags(out)
    assert told is not None
    assert told.prompt == f"{RIGHT} / {STAR}"
    assert animator.asked[0] == ([RIGHT] * 3 + ["big red star shrinking"] * 3, [5, 6, 7] * 2, 12)


def test_a_png_has_a_row_of_frames_for_each_clip(animator: StandIn, model: Path, tmp_path: Path) -> None:
    made(tmp_path / "out.png", model, RIGHT, BOTH)
    with Image.open(tmp_path / "out.png") as image:
        picture = np.asarray(image)
        assert image.info["Title"] == "AI-generated moving shapes"
        assert f"prompt={RIGHT} / {BOTH}" in image.info["Description"]
        assert "generated by AI: mien" in image.info["Comment"]
    assert picture.shape == (2 * (CAPTION_HEIGHT + 64 + GAP) - GAP, 12 * (64 + GAP) - GAP, 3)
    for row, clip in enumerate(animator.shown([RIGHT, BOTH], [0, 0])):
        top = row * (CAPTION_HEIGHT + 64 + GAP)
        assert picture[top : top + CAPTION_HEIGHT].max() > 200, "words stand above the frames"
        for column, frame in enumerate(clip):
            left = column * (64 + GAP)
            np.testing.assert_array_equal(
                picture[top + CAPTION_HEIGHT : top + CAPTION_HEIGHT + 64, left : left + 64], frame
            )


def test_seconds_stretch_the_clip_and_many_frames_are_made_in_parts(
    animator: StandIn, model: Path, tmp_path: Path
) -> None:
    done = made(tmp_path / "out.gif", model, seconds=3.04)
    assert animator.asked == [([RIGHT], [0], 30)]
    assert done.frames == len(gif_frames(tmp_path / "out.gif")) == 30
    assert done.lines()[0].endswith("1 clip of 3.0 s, 30 frames, AI-generated by shapes 0123456789ab")
    animator.asked.clear()
    made(tmp_path / "out.mp4", model, copies=9, seconds=10)
    assert [seeds for _, seeds, _ in animator.asked] == [[0, 1, 2, 3], [4, 5, 6, 7], [8]]


def test_what_is_seen_is_told_from_the_pixels(animator: StandIn) -> None:
    def told(clip: NDArray[np.uint8]) -> str:
        return measured_text(measure_scene(clip))

    star, both = animator.shown([STAR, BOTH], [0, 0])
    blank = np.full_like(star, BACKGROUND)
    assert told(star) == "a big red star shrinking"
    assert sorted(told(both).split(" and ")) == ["a blue square moving left", "a yellow circle expanding"]
    assert told(blank) == "nothing that can be made out"
    assert told(star[[0] * 12]) == "a big red star in no motion that has a name"
    assert told(star[:4]) == "a big red star, too briefly to tell its motion"
    interrupted = star.copy()
    interrupted[5] = BACKGROUND
    assert told(interrupted) == "a big red star shrinking, unsteady, but in 1 of 12 frames more or fewer figures"


@pytest.mark.usefixtures("animator")
def test_the_command_tells_what_it_made(model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.gif"
    asked = ("shapes", "-t", STAR, "-t", "circl xyzzy moving", "-t", "green hexagon falls", "--model", model, "-o", out)
    done = mien(*asked)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [
        f"{out}: 3 clips of 1.2 s, 12 frames, AI-generated by shapes 0123456789ab",
        f"{STAR!r} is read as a big red star shrinking",
        "'circl xyzzy moving' is read as a circle moving right",
        "'green hexagon falls' is read as a green circle moving down",
        f"{STAR!r}, seed 0, shows a big red star shrinking",
        "'circl xyzzy moving', seed 0, shows a green circle moving right",
        "'green hexagon falls', seed 0, shows nothing that can be made out",
    ]
    assert done.stderr.splitlines() == [
        "'circl' is read as 'circle'",
        "the model has never seen the word 'xyzzy'",
        "there is no 'hexagon': circle is the nearest that the model knows",
        *(
            f"the model has never seen the word {word!r}; the nearest that it knows: circle"
            for word in ("green", "down")
        ),
        "'green hexagon falls', seed 0: none of 32 samples shows a green circle moving down (wrong: present, shape, "
        "colour, motion, steady); try another --seed",
    ]
    assert mien("inspect", out).stdout.startswith("AI-generated by mien\n")
    before = sha256_file(out)
    again = mien(*asked)
    assert (again.exit_code, sha256_file(out)) == (2, before)
    assert "add --force" in again.stderr
    assert mien(*asked, "--force", "--seed", 1).exit_code == 0
    assert sha256_file(out) != before
    assert mien(*asked, "--force").exit_code == 0
    assert sha256_file(out) == before, "the same request gives the same file"


def test_of_several_texts_the_wrong_ones_are_named_and_nothing_is_made(
    animator: StandIn, model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.gif"
    for texts, told in (
        (
            [RIGHT, "xylophone", STAR, "?!"],
            "the model knows no word of 'xylophone', '[?]!': .*of the other texts neither",
        ),
        (
            [RIGHT, "ein roter Ball rollt"],
            "'ein roter Ball rollt' is not English: .*circle.*of the other texts neither",
        ),
        ([RIGHT, " "], "--text number 2 of 2 is empty"),
        ([RIGHT, STAR, "a" * 301], "--text number 3 of 3 has 301 characters"),
        ([" "], "--text is empty"),
    ):
        done = mien("shapes", *(word for text in texts for word in ("-t", text)), "--model", model, "-o", out)
        assert done.exit_code == 2
        assert re.match(told, done.stderr), done.stderr
        assert not out.exists()
    assert animator.asked == []


@pytest.mark.usefixtures("animator")
def test_more_figures_than_a_clip_holds_are_answered_with_the_limit(model: Path, tmp_path: Path) -> None:
    three = "red circle moving left and blue square moving right and a star shrinking"
    done = mien("shapes", "-t", three, "-t", BOTH, "--model", model, "-o", tmp_path / "out.gif")
    assert done.exit_code == 0
    notes = [line for line in done.stderr.splitlines() if "at most" in line]
    assert notes == [
        f"a clip shows at most 2 figures, and {three[:60]!r} names 3 (circle, square, star): "
        "give the others a --text of their own"
    ]


def test_words_that_are_all_unknown_are_refused(animator: StandIn, model: Path, tmp_path: Path) -> None:
    for text in ("xylophone", "?!", ",", "horses galloping"):
        done = mien("shapes", "-t", RIGHT, "-t", text, "--model", model, "-o", tmp_path / "out.gif")
        assert done.exit_code == 2
        assert done.stderr.startswith(f"the model knows no word of {text!r}")
        assert len(done.stderr.splitlines()) == 1
    assert animator.asked == []
    assert not (tmp_path / "out.gif").exists()


def test_what_fails_while_it_is_made_leaves_nothing(
    animator: StandIn, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        yield np.zeros((64, 64, 3), np.uint8)
        raise OSError("no space\nleft")

    with monkeypatch.context() as patch:
        patch.setattr(animating, "draw_grid", broken)
        for name in ("a.mp4", "a.gif"):
            with pytest.raises(RequestError, match=r"a\.... could not be made: no space left"):
                made(tmp_path / name, model)
    with monkeypatch.context() as patch:
        patch.setattr(Image.Image, "save", lambda *_, **__: (_ for _ in ()).throw(OSError("full")))
        with pytest.raises(RequestError, match=r"a\.png could not be made: full"):
            made(tmp_path / "a.png", model)
    monkeypatch.setattr(animator, "clips", lambda *_: (_ for _ in ()).throw(MemoryError()))
    with pytest.raises(RequestError, match="MemoryError"):
        made(tmp_path / "a.png", model)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_damaged_model_is_refused_in_a_sentence(model: Path, tmp_path: Path) -> None:
    for content in ("{", "{}", '{"kind": "head_motion", "format": 1}', '{"kind": "shapes", "format": 1}'):
        (model / "config.json").write_text(content)
        done = mien("shapes", "-t", RIGHT, "--model", model, "-o", tmp_path / "out.gif")
        assert done.exit_code == 2, done.output
        assert "cannot be used" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert not (tmp_path / "out.gif").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "--text is needed: What is to be seen"),
        (["-t", " "], "--text is empty"),
        (["-t", RIGHT, "-t", ""], "--text number 2 of 2 is empty"),
        (["-t", "x" * 301], "301 characters"),
        (["-t", RIGHT, "--seconds", "0.3"], "--seconds must be a number, 0.4 to 10, not 0.3"),
        (["-t", RIGHT, "--seconds", "11"], "not 11"),
        (["-t", RIGHT, "--seconds", "nan"], "not nan"),
        (["-t", RIGHT, "--seconds", "-inf"], "not -inf"),
        (["-t", RIGHT, "--copies", "0"], "--copies must be a whole number, 1 to 36, not 0"),
        (["-t", RIGHT, "--copies", "37"], "1 to 36, not 37"),
        (["-t", RIGHT, "-t", STAR, "--copies", "19"], "not 38"),
        (
            ["-t", RIGHT, "--seed", str(2**70)],
            "--seed must be at most 4,611,686,018,427,387,904",
        ),
        (["-t", RIGHT, "--seed", "-1"], "--seed must be a whole number, at least 0, not -1"),
        (["-t", RIGHT, "--size", "32"], "64 to 512, even, not 32"),
        (["-t", RIGHT, "--size", "65"], "even, not"),
        (["-t", RIGHT, "--copies", "36", "--size", "512"], "at most 2048 a side"),
        (["-t", RIGHT, "-o", "out.avi"], "must be named .gif, .mp4, .png, not 'out.avi'"),
        (["-t", RIGHT, "-o", "out"], "must be named"),
        (["-t", RIGHT, "--model", "absent"], "dvc repro shapes"),
    ],
)
def test_what_is_wrong_is_one_sentence_on_stderr_and_exit_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = mien("shapes", *arguments, *([] if "-o" in arguments else ["-o", "out.gif"]))
    assert done.exit_code == 2, done.output
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_a_mistake_is_answered_before_torch_is_loaded(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom mien.commands.cli import app\ntry:\n    app(prog_name='mien')\nfinally:\n"
        "    assert 'torch' not in sys.modules, 'torch'"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "shapes", "-t", RIGHT, "-o", "out.gif", "--model", "absent"],
        capture_output=True, text=True,
        cwd=tmp_path, timeout=120, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "dvc repro shapes" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_folder_and_a_place_that_cannot_be_written_are_refused(
    animator: StandIn, model: Path, tmp_path: Path
) -> None:
    (tmp_path / "out.gif").mkdir()
    with pytest.raises(RequestError, match="is a folder"):
        SYSTEM.run({"text": RIGHT}, tmp_path / "out.gif", force=True, model=model)
    with pytest.raises(RequestError, match="cannot be written"):
        made(model / "config.json" / "out.gif", model)
    assert animator.asked == []


def test_help_teaches_with_examples() -> None:
    text = mien("shapes", "--help").output
    assert 'mien shapes --text "circle moving up-right" -o out.gif' in text
    for option in ("--text", "--copies", "--seed", "--seconds", "--size", "--model", "--force"):
        assert option in text
