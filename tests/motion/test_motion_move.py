"""`mien move` from words to files, with a tiny model: each kind of output, what it tells, and what it refuses."""

from __future__ import annotations

import csv
import json
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
import trimesh
from PIL import Image
from typer.testing import CliRunner, Result

from mien.commands.cli import app
from mien.files import sha256_file
from mien.heads.performance import EXPRESSION_INDEX, Performance
from mien.heads.render.playback import render_head
from mien.media.provenance import read_tags
from mien.media.video import decode_frames
from mien.motion.corpus.actions import Action
from mien.motion.corpus.embedded import sample_performance
from mien.motion.corpus.plan import Plan
from mien.motion.generate import move as moving
from mien.motion.generate.move import GeneratedMotion
from mien.motion.generate.mover import Mover
from mien.motion.generate.performer import Cue, Performed, TimedText
from mien.motion.language.reading import read
from mien.motion.measure.events import Event, detect_events
from mien.motion.measure.text import MAX_EVENTS, describe_events
from mien.motion.system import SYSTEM
from mien.systems.errors import RequestError
from mien.systems.system import Loaded


def mien(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "100", "TERM": "dumb"}).invoke(app, [str(one) for one in arguments])


@pytest.fixture(scope="module")
def loaded(head_motion_model: Path) -> Loaded:
    return SYSTEM.load([], model=head_motion_model)


@pytest.fixture(scope="module")
def mover(loaded: Loaded) -> Mover:
    return cast(Mover, loaded.main.model)


def wish(**how: Any) -> dict[str, Any]:
    return {"text": "nods twice", "seconds": 1.0, "size": 64, **how}


def still(frames: int, text: str = "nods twice", **weights: float) -> Performed:
    """What a mover that does nothing makes of a text."""
    return Performed(Performance.still(frames=frames, **weights), (Cue(text, read(text).plan, 0.0, frames / 25),))


def move(asked: dict[str, Any], out: Path, model: Path, force: bool = False) -> GeneratedMotion:
    made = SYSTEM.run(asked, out, force, model=model)
    assert isinstance(made, GeneratedMotion)
    return made


def move_with(loaded: Loaded, asked: dict[str, Any], out: Path) -> GeneratedMotion:
    made = loaded.make(SYSTEM.request.of(asked), out, progress=False)
    assert isinstance(made, GeneratedMotion)
    return made


def test_a_video_shows_the_motion_and_says_what_it_is(mover: Mover, head_motion_model: Path, tmp_path: Path) -> None:
    out = tmp_path / "yes.mp4"
    made = move(wish(seed=3), out, head_motion_model)
    frames = list(decode_frames(out))
    assert len(frames) == len(made.performance) == 25
    assert frames[0].shape == (64, 64, 3)
    told = read_tags(out)
    assert told is not None
    assert (told.prompt, told.seed, told.model) == ("nods twice", 3, f"head_motion {mover.version[:12]}")
    assert told.data_digest is not None
    assert made.model_version == told.model
    expected = mover.move("nods twice", 1.0, 3)
    np.testing.assert_array_equal(made.performance.neck, expected.neck)
    assert made.events == detect_events(expected)
    assert made.render_rate is not None
    assert f"{made.render_rate / 25:.1f} times real time" in made.speed()


def test_the_same_request_gives_the_same_file(head_motion_model: Path, tmp_path: Path) -> None:
    def digest(name: str, **how: Any) -> str:
        return sha256_file(move(wish(**how), tmp_path / name, head_motion_model).path)

    first = digest("a.mp4")
    assert digest("b.mp4") == first
    assert digest("c.mp4", seed=1) != first
    assert digest("d.mp4", person=5) != first
    assert digest("e.mp4", mark=True) != first
    assert digest("f.mp4", renderer="dots") != first
    motion = digest("a.npz")
    assert digest("b.npz", person=5, size=128) == motion, "a motion is nobody's"
    assert digest("c.npz", text="smiles") != motion
    assert digest("d.npz", guidance=0.0) != motion


def test_the_motion_alone_has_no_blinks_and_the_video_has(
    loaded: Loaded, mover: Mover, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Performance] = []
    draw = render_head

    def remembered(head: Any, identity: Any, performance: Performance, *given: Any, **named: Any) -> Any:
        shown.append(performance)
        return draw(head, identity, performance, *given, **named)

    monkeypatch.setattr(moving, "render_head", remembered)
    lids = [EXPRESSION_INDEX["eyeBlinkLeft"], EXPRESSION_INDEX["eyeBlinkRight"]]
    monkeypatch.setattr(mover, "perform", lambda timed, *_: still(250, timed[0].text))

    def blinks(**how: Any) -> bool:
        move_with(loaded, wish(renderer="dots", **how), tmp_path / "a.mp4")
        return bool(shown.pop().expression[:, lids].max() > 0.9)

    assert blinks()
    assert not blinks(blink=False)
    assert not blinks(text="closes the eyes")
    assert not blinks(text="yawns"), "the plan moves the lids"
    made = move_with(loaded, wish(), tmp_path / "a.npz")
    assert not made.performance.expression.any()
    assert not Performance.load(tmp_path / "a.npz").expression.any()


def test_a_gif_a_glb_and_a_folder_of_obj(head_motion_model: Path, tmp_path: Path) -> None:
    import trimesh

    move(wish(), tmp_path / "a.gif", head_motion_model)
    with Image.open(tmp_path / "a.gif") as image:
        assert image.n_frames == 25  # type: ignore[attr-defined]
    told = read_tags(tmp_path / "a.gif")
    assert told is not None
    assert told.prompt == "nods twice"
    move(wish(), tmp_path / "a.glb", head_motion_model)
    assert len(trimesh.load(tmp_path / "a.glb", force="mesh").faces) > 1000  # type: ignore[attr-defined]
    made = move(wish(seconds=0.4), tmp_path / "a.obj", head_motion_model)
    assert made.render_rate is None
    assert sorted(path.name for path in (tmp_path / "a.obj").iterdir()) == [f"head_{n:05d}.obj" for n in range(10)]
    with pytest.raises(RequestError, match="never overwritten"):
        move(wish(seconds=0.4), tmp_path / "a.obj", head_motion_model, force=True)


def test_a_script_is_followed_on_its_times(
    loaded: Loaded, mover: Mover, head_motion_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[TimedText]] = []
    perform = mover.perform

    def remembered(timed_texts: list[TimedText], *given: Any) -> Performed:
        asked.append(timed_texts)
        return perform(timed_texts, *given)

    monkeypatch.setattr(mover, "perform", remembered)
    script = tmp_path / "scene.txt"
    script.write_text("0.5: nods twice\n1.26: smiles\n2.5: end\n")
    options = wish(text=None, script=script, seconds=None)
    made = move_with(loaded, options, tmp_path / "a.mp4")
    # frame 12 is the nearest to 0.5 s (round half to even), 32 to 1.26 s, 62 to 2.5 s
    assert asked == [[TimedText("nods twice", 0.8), TimedText("smiles", 1.2)]]
    assert len(made.performance) == 62
    assert np.ptp(made.performance.neck[:13], axis=0).max() == 0, "it waits"
    assert np.ptp(made.performance.neck[12:20], axis=0).max() > 0
    told = read_tags(tmp_path / "a.mp4")
    assert told is not None
    assert told.prompt == "0.5: nods twice / 1.26: smiles / 2.5: end"
    script.write_text("0: nods twice\n")
    assert len(move(options, tmp_path / "b.npz", head_motion_model).performance) >= 10
    script.write_text("0: nods twice\n31: end\n")
    with pytest.raises(RequestError, match=r"in \.gif form lasts at most 30 seconds, not 31"):
        move(options, tmp_path / "c.gif", head_motion_model)
    assert not (tmp_path / "c.gif").exists()


def test_what_the_model_or_the_head_cannot_is_told(
    loaded: Loaded, mover: Mover, head_motion_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = move(wish(text="nods twyce and smiles"), tmp_path / "a.npz", head_motion_model)
    assert any("'twyce'" in note and "twice" in note for note in made.notes)
    with monkeypatch.context() as patch:
        patch.setattr(
            mover, "features", lambda conditions, *_, **__: [torch.zeros(one.frames, 63) for one in conditions]
        )
        missing = move_with(loaded, wish(), tmp_path / "b.npz").notes
    assert missing[0] == "asked: nods twice; measured: not done", "the model keeps still, and that is said"
    head = moving.open_actor("embedded", None, 0).head
    monkeypatch.setattr(head, "expressions", head.expressions - {"tongueOut"})
    monkeypatch.setattr(mover, "perform", lambda *_: still(10, tongueOut=0.9, jawOpen=0.4))
    made = move_with(loaded, wish(renderer="dots"), tmp_path / "a.mp4")
    assert made.notes == ("the head embedded cannot show tongueOut, which this motion has",)


def test_what_fails_while_it_is_made_leaves_nothing(
    loaded: Loaded, mover: Mover, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        yield np.zeros((64, 64, 3), np.uint8)
        raise OSError("no space\nleft")

    monkeypatch.setattr(moving, "render_head", broken)
    for name in ("a.mp4", "a.gif"):
        with pytest.raises(RequestError, match=r"a\.... could not be made: no space left"):
            move_with(loaded, wish(), tmp_path / name)
    monkeypatch.setattr(mover, "perform", lambda *_: (_ for _ in ()).throw(MemoryError()))
    with pytest.raises(RequestError, match="MemoryError"):
        move_with(loaded, wish(), tmp_path / "a.npz")
    assert list(tmp_path.iterdir()) == []


def test_a_head_or_a_model_that_cannot_be_used_is_refused(
    head_motion_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIEN_HEADS", str(tmp_path))
    with pytest.raises(RequestError, match="the head ict is not at"):
        move(wish(head="ict"), tmp_path / "a.mp4", head_motion_model)
    np.savez(tmp_path / "other.npz", yaw=np.zeros(3))
    for head in ("ict", "flame", "gnm"):
        with pytest.raises(RequestError) as caught:
            move(wish(head=head, head_file=tmp_path / "other.npz"), tmp_path / "a.mp4", head_motion_model)
        assert "\n" not in str(caught.value)
    damaged = tmp_path / "model"
    damaged.mkdir()
    (damaged / "config.json").write_text("{}")
    with pytest.raises(RequestError, match="cannot be used"):
        move(wish(), tmp_path / "a.mp4", damaged)
    assert not (tmp_path / "a.mp4").exists()


def test_events_are_told_as_the_corpus_words_them() -> None:
    plan = Plan(((Action("nod", count=2),), (Action("smile", strength="strong"),), (Action("look", "left"),)))
    told = describe_events(detect_events(sample_performance(np.random.default_rng(0), plan)))
    assert [part.partition(" (")[0] for part in told.split("), ")] == [
        "nods twice", "smiles strongly", "looks to the left",
    ]  # fmt: skip
    event = Event("shake", None, 4, 1.0, 3.64, 0.7)
    assert describe_events([event]) == "shakes the head 4 times (1.0–3.6 s)"
    assert describe_events([]) == "nothing but small movements"
    assert describe_events([replace(event, start=float(n)) for n in range(MAX_EVENTS + 3)]).endswith(" and 3 more")


def test_the_command_tells_what_it_made(head_motion_model: Path, tmp_path: Path) -> None:
    asked = ("move", "-t", "nods twyce", "--seconds", 1, "--size", 64, "-o", tmp_path / "a.mp4")
    done = mien(*asked, "--model", head_motion_model)
    assert done.exit_code == 0, done.output
    assert "'twyce'" in done.stderr
    assert "1.0 s, 25 frames, AI-generated by head_motion" in done.stdout
    assert "times real time" in done.stdout
    assert "the head does: " in done.stdout
    told = mien("inspect", tmp_path / "a.mp4").stdout
    assert told.startswith("AI-generated by mien\n")
    assert "prompt: nods twyce\n" in told
    assert "emotion" not in told
    assert mien(*asked, "--model", head_motion_model).exit_code == 2
    assert mien(*asked, "--model", head_motion_model, "--force", "--no-blink").exit_code == 0


def test_every_kind_of_file_says_where_it_is_from(head_motion_model: Path, tmp_path: Path) -> None:
    asked = ("move", "-t", "nods – “twice”;\n--> <b>", "--seconds", 0.4, "--size", 64, "--seed", 5)
    for suffix in (".mp4", ".gif", ".npz", ".glb", ".obj"):
        out = tmp_path / f"a{suffix}"
        done = mien(*asked, "-o", out, "--model", head_motion_model)
        assert done.exit_code == 0, done.output
        told = mien("inspect", out).stdout
        assert told.startswith("AI-generated by mien\n"), told
        assert "  prompt: nods – “twice”; --> <b>\n" in told
        assert "  seed: 5\n" in told
        assert "  model: head_motion " in told
    assert len(Performance.load(tmp_path / "a.npz")) == 10
    with (tmp_path / "a.glb").open("rb") as stream:
        length = struct.unpack("<4sIII4s", stream.read(20))[3]
        asset = json.loads(stream.read(length))["asset"]
    assert asset["generator"].startswith("mien ")
    assert "generated by AI" in asset["extras"]["comment"]
    assert len(trimesh.load(tmp_path / "a.obj" / "head_00009.obj", process=False).vertices) > 1000


def test_a_table_makes_a_file_for_each_row(head_motion_model: Path, tmp_path: Path) -> None:
    rows = [
        ["nods twice", "1", "", "yes.mp4"], ["smiles", "", "3", "smile.npz"], ["nods", "9999", "", "long.mp4"],
        ["nods", "1", "", ""], ["", "1", "", "nothing.mp4"],
    ]  # fmt: skip
    table = tmp_path / "wishes.csv"
    with table.open("w", newline="") as stream:
        csv.writer(stream).writerows([["text", "seconds", "seed", "out"], *rows])
    asked = ("move", "--table", table, "-o", tmp_path / "made", "--model", head_motion_model, "--size", 64)
    done = mien(*asked)
    assert done.exit_code == 1, done.output
    assert "3 made, 0 there already, 2 failed" in done.stdout
    made = {path.name for path in (tmp_path / "made").glob("[!.]*")}
    assert made == {"yes.mp4", "smile.npz", "0004.mp4", "batch.csv"}
    assert next(decode_frames(tmp_path / "made/yes.mp4")).shape == (64, 64, 3), "what a row does not say is as given"
    with (tmp_path / "made/batch.csv").open(newline="") as stream:
        reasons = {row["out"]: row["reason"] for row in csv.DictReader(stream)}
    assert "--seconds must be a number, 0.4 to 3,600, not 9999" in reasons["long.mp4"]
    assert "one of them is needed" in reasons["nothing.mp4"]
    before = (tmp_path / "made/yes.mp4").stat().st_mtime_ns
    assert "0 made, 3 there already, 2 failed" in mien(*asked).stdout
    assert (tmp_path / "made/yes.mp4").stat().st_mtime_ns == before
    assert "3 made" in mien(*asked, "--no-blink").stdout, "asked for differently"


def test_a_table_that_cannot_be_used_is_refused(head_motion_model: Path, tmp_path: Path) -> None:
    (tmp_path / "wrong.csv").write_text("words\nnods\n")
    (tmp_path / "good.csv").write_text("text\nnods\n")
    for arguments, words in (
        (["--table", tmp_path / "absent.csv"], "absent.csv"),
        (["--table", tmp_path / "wrong.csv"], "unknown column 'words'"),
        (["--table", tmp_path / "good.csv", "--size", "7"], "64 to 2,048, even"),
        (["--table", tmp_path / "good.csv", "--model", tmp_path], "dvc repro head_motion"),
    ):
        model = [] if "--model" in arguments else ["--model", head_motion_model]
        done = mien("move", *arguments, "-o", tmp_path / "out", *model)
        assert done.exit_code == 2, done.output
        assert words in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
        assert not (tmp_path / "out").exists()
