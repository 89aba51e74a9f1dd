"""The shell around a stage: clear refusals, one writer, nothing left behind, curves and resume state that agree."""

from __future__ import annotations

import csv
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML
from toy_pipeline import environment

from mien.execution import Execution
from mien.files import fingerprint
from mien.locks import LockHeldError, file_lock
from stages.options import OptionsError, parse_options
from stages.pipeline_files import PipelineFiles, read_yaml
from stages.receipts import read_receipt
from stages.shell import StageRun


class Optimiser(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    lr: float = Field(1e-3, gt=0, le=1, description="learning rate of Adam")


class TrainOptions(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: int = Field(10, ge=1, description="samples seen")
    optimiser: Optimiser = Optimiser()


def parse(folder: Path, text: str) -> TrainOptions:
    path = folder / "params.yaml"
    path.write_text(text)
    return parse_options(path, "train", TrainOptions)


def test_a_section_becomes_its_model_and_numbers_are_yaml_1_2(tmp_path: Path) -> None:
    options = parse(tmp_path, "train:\n  steps: 7\n  optimiser:\n    lr: 1e-4\n")
    assert options == TrainOptions(steps=7, optimiser=Optimiser(lr=1e-4))
    assert parse(tmp_path, "train:\n") == TrainOptions()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("train:\n  step: 7\n", ["unknown key 'train.step'", "did you mean 'steps'", "optimiser, steps"]),
        ("train:\n  optimiser: {rate: 1}\n", ["unknown key 'train.optimiser.rate'", "allowed are lr"]),
        ("train:\n  optimiser: {lr: 2}\n", ["train.optimiser.lr = 2", "less than or equal to 1", "learning rate"]),
        ("train:\n  steps: 0\n", ["train.steps = 0", "greater than or equal to 1", "samples seen"]),
        ("other: {}\n", ["no section 'train'"]),
        ("train: [1]\n", ["train must be a mapping"]),
        ("- 1\n", ["must hold a mapping"]),
        ("train: {steps: [\n", ["cannot be read"]),
    ],
)
def test_wrong_parameters_are_one_sentence(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(OptionsError) as caught:
        parse(tmp_path, text)
    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def stage(repository: Path, name: str, **extra: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", f"stages.{name}"],
        cwd=repository,
        env={**environment(), "MIEN_TRACKING": "off", **extra},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def set_params(repository: Path, name: str, **values: object) -> None:
    path = repository / "params.yaml"
    sections = read_yaml(path)
    sections[name] = values
    YAML().dump(sections, path)


def wait_for(condition: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_a_wrong_key_ends_the_process_with_2_before_anything_is_written(toy: Path) -> None:
    set_params(toy, "source", valu=3)
    process = stage(toy, "source")
    _, said = process.communicate(timeout=30)
    assert process.returncode == 2
    assert said.strip() == (
        "source: params.yaml: unknown key 'source.valu', did you mean 'value'? allowed are fail, seconds, value"
    )
    assert not (toy / ".mien").exists()


def test_a_missing_input_ends_the_process_with_2(toy: Path) -> None:
    process = stage(toy, "left")
    _, said = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "the input data/source.txt does not exist" in said
    assert len(said.strip().splitlines()) == 1


def test_a_second_writer_is_refused_and_the_first_one_finishes(toy: Path) -> None:
    set_params(toy, "source", seconds=10)
    first = stage(toy, "source")
    wait_for(lambda: (toy / ".mien" / "receipts" / "source.json").exists())
    second = stage(toy, "source")
    _, said = second.communicate(timeout=30)
    assert second.returncode == 75
    assert "another process is running this stage" in said
    assert str(first.pid) in said
    first.communicate(timeout=30)
    assert first.returncode == 0
    receipt = read_receipt(toy, "source")
    assert receipt is not None
    assert (receipt.state, receipt.pid) == ("finished", first.pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_a_stage_and_its_resume_state_stays(toy: Path, number: int) -> None:
    set_params(toy, "source", seconds=60)
    process = stage(toy, "source")
    wait_for(lambda: list((toy / ".resume").glob("*/state")))
    process.send_signal(number)
    process.communicate(timeout=20)
    assert process.returncode == 143
    receipt = read_receipt(toy, "source")
    assert receipt is not None
    assert receipt.state == "stopped"
    assert len(list((toy / ".resume").iterdir())) == 1
    assert not (toy / "plots" / "source.csv").exists()


def test_a_failed_stage_keeps_its_resume_state_and_a_good_one_does_not(toy: Path) -> None:
    set_params(toy, "source", fail=True)
    failed = stage(toy, "source")
    _, said = failed.communicate(timeout=30)
    assert failed.returncode == 1
    assert "told to fail" in said
    receipt = read_receipt(toy, "source")
    assert receipt is not None
    assert receipt.state == "failed"
    assert len(list((toy / ".resume").iterdir())) == 1
    set_params(toy, "source", fail=False)
    good = stage(toy, "source")
    good.communicate(timeout=30)
    assert good.returncode == 0
    # The failed configuration's state stays, the finished one's is gone.
    assert len(list((toy / ".resume").iterdir())) == 1
    assert [row["step"] for row in read_csv(toy / "plots" / "source.csv")] == ["1", "2", "3", "4", "5"]


@pytest.mark.crash
@pytest.mark.pipeline
def test_a_stage_dies_with_a_killed_dvc_and_the_next_repro_is_whole(toy: Path) -> None:
    set_params(toy, "source", seconds=60)
    env = {**environment(), "MIEN_TRACKING": "off"}
    dvc = subprocess.Popen([sys.executable, "-m", "dvc", "repro", "source"], cwd=toy, env=env)
    wait_for(lambda: (toy / ".mien" / "receipts" / "source.json").exists())
    receipt = read_receipt(toy, "source")
    assert receipt is not None
    os.kill(dvc.pid, signal.SIGKILL)
    dvc.wait()
    wait_for(lambda: not psutil.pid_exists(receipt.pid), seconds=10)
    set_params(toy, "source", seconds=0)
    again = subprocess.run([sys.executable, "-m", "dvc", "repro", "source"], cwd=toy, env=env, check=False)
    assert again.returncode == 0
    assert (toy / "data" / "source.txt").read_text() == "1.0"


def test_what_the_user_can_correct_ends_a_stage_with_one_sentence_and_2(toy: Path) -> None:
    path = toy / "stages" / "source.py"
    text = path.read_text().replace("raise RuntimeError(", "raise InputError(")
    path.write_text(text.replace("import time\n", "import time\nfrom mien.errors import InputError\n"))
    set_params(toy, "source", fail=True)
    process = stage(toy, "source")
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said.strip()) == (2, "source: the toy was told to fail")


@pytest.mark.parametrize("limit", [0, 10_000_000])
def test_a_full_disk_ends_a_stage_with_one_sentence(toy: Path, limit: int) -> None:
    """Limit 0: not even the stage's own lock and receipt can be written."""
    path = toy / "stages" / "source.py"
    path.write_text(path.read_text().replace("raise RuntimeError(", "raise OSError(28, "))
    set_params(toy, "source", fail=True)

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    answer = subprocess.run(
        [sys.executable, "-m", "stages.source"], cwd=toy, env={**environment(), "MIEN_TRACKING": "off"},
        capture_output=True, text=True, check=False, preexec_fn=limited,
    )  # fmt: skip
    assert answer.returncode == 74
    assert len(answer.stderr.strip().splitlines()) == 1
    assert ("is full" if limit else "ulimit -f") in answer.stderr
    assert not (toy / "data" / "source.txt").exists()


class Silent:
    """A tracked run that keeps nothing."""

    run_id = None

    def log(self, values: dict[str, float], step: int) -> None: ...
    def figures(self, values: dict[str, float], headline: dict[str, float]) -> None: ...


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def shell_run(options: TrainOptions) -> StageRun:
    return StageRun("train", options, Execution(), PipelineFiles(Path.cwd()), Silent())  # type: ignore[arg-type]


def test_resumed_curves_are_those_of_an_undisturbed_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def loss(step: int) -> dict[str, float]:
        return {"loss": 1 / step, **({"accuracy": step / 10} if step % 2 == 0 else {})}

    monkeypatch.chdir(tmp_path)
    undisturbed = shell_run(TrainOptions())
    for step in range(1, 11):
        undisturbed.curves(loss(step), step)
    undisturbed.finish()
    expected = (tmp_path / "plots" / "train.csv").read_bytes()
    accuracies = [row["accuracy"] for row in read_csv(tmp_path / "plots" / "train.csv")]
    assert accuracies[:4] == ["NaN", "0.2", "NaN", "0.4"], "dvc plots would draw an empty cell as 0"

    resumed = shell_run(TrainOptions())
    for step in [*range(1, 5), *range(5, 11)]:  # the checkpoint's rows are reported again, then go on
        resumed.curves(loss(step), step)
    resumed.finish()
    assert (tmp_path / "plots" / "train.csv").read_bytes() == expected
    assert not resumed.training.resume.exists()


def test_the_resume_folder_is_a_function_of_options_and_inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code = tmp_path / "code.py"
    code.write_text("1")
    (tmp_path / "dvc.yaml").write_text("stages:\n  train:\n    cmd: x\n    deps: [code.py]\n")
    first = shell_run(TrainOptions()).training.resume
    assert shell_run(TrainOptions()).training.resume == first
    assert shell_run(TrainOptions(steps=11)).training.resume != first
    code.write_text("2")
    assert shell_run(TrainOptions()).training.resume != first


def test_pipeline_files_know_templates_ancestors_and_digests(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("corpus: {path: raw clips}\n")
    (tmp_path / "dvc.yaml").write_text(
        "stages:\n"
        "  corpus: {cmd: c, deps: ['${corpus.path}'], outs: [data/corpus]}\n"
        "  align: {cmd: a, deps: [data/corpus], outs: [{data/faces: {cache: true}}]}\n"
        "  split: {cmd: s, deps: [data/faces/clips.csv], outs: [data/split], metrics: [metrics/split.json]}\n"
    )
    entry = {"cmd": "a", "outs": [{"path": "data/faces", "md5": "abc.dir"}]}
    (tmp_path / "dvc.lock").write_text(
        "schema: '2.0'\nstages:\n  align: {cmd: a, outs: [{path: data/faces, md5: abc.dir}]}\n"
    )
    clips = tmp_path / "data" / "faces" / "clips.csv"
    clips.parent.mkdir(parents=True)
    clips.write_bytes(b"clip_id\n")
    files = PipelineFiles(tmp_path)
    assert files.dependencies("corpus") == ["raw clips"]
    assert files.ancestors("split") == ["align", "corpus"]
    assert files.entry_digest("align") == fingerprint(entry)
    assert files.entry_digest("split") is None
    # printf 'clip_id\n' | md5sum
    assert files.data_digests("split") == {"data/faces/clips.csv": "35317ab57f50dac1a78fa3d85f2a24bc"}


def test_a_lock_is_refused_while_held_and_free_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    with file_lock(path), pytest.raises(LockHeldError, match=str(os.getpid())), file_lock(path, seconds=0.1):
        pass
    with file_lock(path, seconds=0):
        pass
