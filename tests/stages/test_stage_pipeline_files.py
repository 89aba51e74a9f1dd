"""dvc.yaml and dvc.lock as plain files, beside a dvc that writes them."""

from __future__ import annotations

import fcntl
import threading
from pathlib import Path

import pytest

from stages import pipeline_files
from stages.pipeline_files import PipelineFileError, PipelineFiles

YAML = """stages:
  corpus: {cmd: c, outs: [data/corpus]}
  align: {cmd: a, deps: [stages/align.py, data/corpus], outs: [data/faces]}
"""
LOCK = """schema: '2.0'
stages:
  corpus: {cmd: c, outs: [{path: data/corpus, md5: "%s"}]}
  align: {cmd: a, deps: [{path: data/corpus, md5: aa.dir}], outs: [{path: data/faces, md5: bb.dir}]}
"""


def project(folder: Path, corpus: str) -> Path:
    (folder / ".dvc" / "tmp").mkdir(parents=True, exist_ok=True)
    (folder / "dvc.yaml").write_text(YAML)
    (folder / "dvc.lock").write_text(LOCK % corpus)
    return folder


def test_inputs_are_as_recorded_while_what_made_them_made_the_same(tmp_path: Path) -> None:
    assert PipelineFiles(project(tmp_path, "aa.dir")).inputs_as_recorded("align")
    assert not PipelineFiles(project(tmp_path, "cc.dir")).inputs_as_recorded("align")
    (tmp_path / "dvc.lock").unlink()
    assert not PipelineFiles(tmp_path).inputs_as_recorded("align")


def test_a_lock_file_is_not_read_while_dvc_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = project(tmp_path, "aa.dir") / ".dvc" / "tmp" / "lock"
    with lock.open("w") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        (tmp_path / "dvc.lock").write_text("schema: '2.0'\nstages:\n  corpus: {cmd: c, outs: [{pa")
        with monkeypatch.context() as shorter:
            shorter.setattr(pipeline_files, "LOCK_SECONDS", 0.1)
            with pytest.raises(PipelineFileError, match="a dvc has held"):
                PipelineFiles(tmp_path)
        found: list[PipelineFiles] = []
        reader = threading.Thread(target=lambda: found.append(PipelineFiles(tmp_path)))
        reader.start()
        (tmp_path / "dvc.lock").write_text(LOCK % "aa.dir")
        assert not found
    reader.join(30)
    assert found[0].entry_digest("align") is not None
