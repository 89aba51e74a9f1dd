"""The stage `inputs`: what DVC cannot hash is named before plain `dvc repro` and `dvc exp run` look at the folder."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from ruamel.yaml import YAML
from toy_pipeline import ROOT, command

from stages.inputs import changed_inputs, check_inputs, inputs
from stages.pipeline_files import PipelineFileError, read_yaml

STAGE = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]["inputs"]


def _write(path: Path, value: dict[str, object]) -> None:
    YAML().dump(value, path)


@pytest.fixture
def watched(toy: Path) -> Path:
    """The toy repository with a folder `raw` on which its first stage depends, and this repository's stage `inputs`."""
    definition = read_yaml(toy / "dvc.yaml")
    definition["stages"]["inputs"] = dict(STAGE)
    definition["stages"]["source"]["deps"] += ["raw", "data/inputs.json"]
    _write(toy / "dvc.yaml", definition)
    (toy / "raw").mkdir()
    (toy / "raw" / "a.mp4").write_text("a clip")
    command(toy, "git", "add", "-A")
    command(toy, "git", "commit", "-q", "-m", "raw")
    return toy


def _named_wrongly(folder: Path) -> None:
    try:
        (folder / os.fsdecode(b"caf\xe9.mp4")).touch()
    except OSError:
        pytest.skip("this file system takes only Unicode names")


def _socket(folder: Path) -> None:
    there = Path.cwd()
    os.chdir(folder)  # a socket's path is short
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind("s.mp4")
    finally:
        os.chdir(there)


HOSTILE: list[tuple[Callable[[Path], None], str]] = [
    (_named_wrongly, "b'caf\\xe9.mp4' in it is no UTF-8 name"),
    (lambda folder: (folder / "gone.mp4").symlink_to("nowhere"), "b'gone.mp4' in it is a link to nothing"),
    (lambda folder: (folder / "loop").symlink_to("loop"), "b'loop' in it cannot be read (Too many levels of symbolic"),
    (lambda folder: os.mkfifo(folder / "pipe.mp4"), "b'pipe.mp4' in it is no regular file"),
    (_socket, "b's.mp4' in it is no regular file"),
]


@pytest.mark.pipeline
@pytest.mark.parametrize(("put", "words"), HOSTILE, ids=["bytes", "dangling", "loop", "pipe", "socket"])
@pytest.mark.parametrize("words_of_dvc", [("repro",), ("exp", "run")], ids=" ".join)
def test_plain_dvc_names_what_it_cannot_hash_and_does_not_wait(
    watched: Path, put: Callable[[Path], None], words: str, words_of_dvc: tuple[str, ...]
) -> None:
    put(watched / "raw")
    answer = command(watched, "dvc", *words_of_dvc, check=False, seconds=60, tracking="off")
    said = answer.stdout + answer.stderr
    assert answer.returncode != 0
    assert f"inputs: raw cannot be hashed: {words}" in said
    assert "remove or rename it" in said
    assert "failed to reproduce 'inputs'" in said
    assert "Running stage 'source'" not in said


@pytest.mark.pipeline
def test_odd_names_that_dvc_can_hash_pass_and_an_unchanged_folder_runs_nothing_else(watched: Path) -> None:
    for name in ("new\nline.mp4", "space .mp4 ", "back\\slash.mp4", f"{'n' * 251}.mp4"):
        (watched / "raw" / name).write_text(name)
    command(watched, "dvc", "repro", "-q", tracking="off")
    again = command(watched, "dvc", "repro", tracking="off")
    assert [line for line in again.stdout.splitlines() if line.startswith("Running")] == ["Running stage 'inputs':"]


@pytest.mark.pipeline
def test_a_new_file_in_a_linked_folder_runs_what_depends_on_it(watched: Path, tmp_path: Path) -> None:
    linked = tmp_path / "elsewhere"
    linked.mkdir()
    (linked / "b.mp4").write_text("b")
    (watched / "raw" / "linked").symlink_to(linked)
    _write(watched / "params.yaml", {**read_yaml(watched / "params.yaml"), "corpus": {"follow_links": True}})
    command(watched, "dvc", "repro", "-q", tracking="off")
    assert "Running stage 'source'" not in command(watched, "dvc", "repro", tracking="off").stdout
    (linked / "c.mp4").write_text("c")
    assert "Running stage 'source'" in command(watched, "dvc", "repro", tracking="off").stdout
    (linked / "d.mp4").write_text("d")
    planned = command(watched, "python", "-m", "flows.repro", "--dry-run").stdout
    assert "inputs: linked folders changed" in planned
    assert "source: if inputs makes something new" in planned


def _project(folder: Path, follow: bool = True) -> Path:
    stages = {"inputs": STAGE, "corpus": {"cmd": "x", "deps": ["${corpus.path}"], "outs": ["data/corpus"]}}
    (folder / "raw").mkdir(parents=True)
    _write(folder / "dvc.yaml", {"stages": stages})
    _write(folder / "params.yaml", {"corpus": {"path": "raw", "follow_links": follow}})
    return folder


def test_links_are_looked_into_only_where_they_are_followed(tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "round").symlink_to(linked)
    for follow in (True, False):
        project = _project(tmp_path / str(follow), follow)
        assert "linked folders changed" in changed_inputs(project), "the out is not there"
        (project / "raw" / "link").symlink_to(linked)
        inputs(project)
        assert not changed_inputs(project)
        (linked / f"new{follow}.mp4").write_text("x")
        assert changed_inputs(project) == (["linked folders changed"] if follow else [])


def test_a_pipeline_without_the_stage_is_current(tmp_path: Path) -> None:
    assert not changed_inputs(tmp_path)


def test_the_folder_itself_is_looked_at(tmp_path: Path) -> None:
    project = _project(tmp_path / "p")
    (project / "raw").rmdir()
    check_inputs(project)  # DVC says itself that it is not there
    os.mkfifo(project / "raw")
    with pytest.raises(PipelineFileError, match="raw cannot be hashed: it is no regular file"):
        check_inputs(project)
    (project / "raw").unlink()
    (project / "raw").symlink_to("nowhere")
    with pytest.raises(PipelineFileError, match="it is a link to nothing"):
        check_inputs(project)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can reach, unlike tmp_path."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def another_user() -> Iterator[None]:
    os.setresuid(65534, 65534, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("kind", ["file", "folder", "listed folder", "root"])
def test_what_this_user_cannot_read_is_named(open_folder: Path, kind: str) -> None:
    project = _project(open_folder / "p")
    bad = project / "raw" if kind == "root" else project / "raw" / "bad"
    if kind == "file":
        bad.write_text("x")
    else:
        bad.mkdir(exist_ok=True)
        (bad / "clip.mp4").write_text("x")
    bad.chmod(0o444 if kind == "listed folder" else 0)
    with another_user(), pytest.raises(PipelineFileError) as caught:
        check_inputs(project)
    where = "it" if kind == "root" else "b'bad/clip.mp4' in it" if kind == "listed folder" else "b'bad' in it"
    assert f"raw cannot be hashed: {where} cannot be read (Permission denied)" in str(caught.value)
