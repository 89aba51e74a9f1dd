"""The rendered corpus: CREMA-D's layout, the same bytes every time, faces that are found and mouths that talk."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from mien.acting.acting import mouth_drive
from mien.corpora.cremad import decode_name, list_cremad
from mien.corpora.embedded import corpus as embedded
from mien.corpora.embedded.corpus import render_clip, render_corpus
from mien.corpora.embedded.plan import PlannedClip, actor, plan_corpus
from mien.corpora.options import EmbeddedOptions
from mien.execution import Execution
from mien.files import sha256_file
from mien.heads.performance import Performance
from mien.media.ffmpeg import probe
from mien.media.speech import engines
from mien.media.speech.interface import SpeechUnavailable
from mien.media.video import decode_frames

pytest.importorskip("espeakng_loader", reason="the embedded corpus speaks: pip install 'mien[speech]'")

SMALL = EmbeddedOptions(actors=2, clips_per_actor=2, width=160, height=120)
UPPER_LIP, LOWER_LIP, RIGHT_EYE, LEFT_EYE = 13, 14, 33, 263


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("embedded")
    render_corpus(SMALL, folder, Execution(workers=1))
    return folder


def test_layout_is_cremads(corpus: Path) -> None:
    ids = [clip.clip_id for _, clip in plan_corpus(SMALL)]
    assert sorted(path.stem for path in (corpus / "VideoFlash").iterdir()) == ids
    assert sorted(path.name for path in (corpus / "AudioWAV").iterdir()) == [f"{name}.wav" for name in ids]
    assert sorted(path.name for path in (corpus / "truth").iterdir()) == [f"{name}.npz" for name in ids]
    with (corpus / "VideoDemographics.csv").open() as stream:
        people = list(csv.DictReader(stream))
    assert [(row["ActorID"], row["Sex"]) for row in people] == [("1001", "Female"), ("1002", "Male")]
    assert list(people[0]) == ["ActorID", "Age", "Sex", "Race", "Ethnicity"]
    candidates, notes = list_cremad(corpus, "embedded")
    assert [candidate.clip.clip_id for candidate in candidates] == ids
    assert all(candidate.clip.ok and candidate.sound is not None for candidate in candidates)
    assert {candidate.clip.sex for candidate in candidates} == {"female", "male"}
    assert f"{len(ids)} of the {len(ids)} clips" in notes[0]


def test_tables_have_the_official_form(corpus: Path) -> None:
    official = Path(__file__).parents[2].parent / "shared/real/talking/cremad"
    if not official.is_dir():
        pytest.skip(f"real media not present: {official}")
    for name in ("VideoDemographics.csv", "SentenceFilenames.csv"):
        ours, theirs = ((root / name).read_text().splitlines() for root in (corpus, official))
        assert ours[0] == theirs[0]
        assert [cell.startswith('"') for cell in ours[1].split(",")] == [
            cell.startswith('"') for cell in theirs[1].split(",")
        ]


def test_video_sound_and_truth_fit_together(corpus: Path) -> None:
    for path in sorted((corpus / "VideoFlash").iterdir()):
        info = probe(path)
        truth = Performance.load(corpus / "truth" / f"{path.stem}.npz")
        sound, hz = soundfile.read(corpus / "AudioWAV" / f"{path.stem}.wav", dtype="float32")
        frames = sum(1 for _ in decode_frames(path))
        assert info.fps == truth.fps == Fraction(30000, 1001)
        assert (info.width, info.height, hz) == (160, 120, 16000)
        assert info.audio_hz is not None
        assert frames == len(truth)
        assert sound.ndim == 1
        assert abs(len(sound) / hz - float(frames / truth.fps)) < 0.005
        assert 1.2 < len(sound) / hz < 3.5
        assert -24.5 < 20 * np.log10(np.sqrt((sound**2).mean())) < -19
        assert np.abs(sound).max() < 0.95


def test_the_mouth_moves_when_there_is_sound(corpus: Path) -> None:
    for path in sorted((corpus / "AudioWAV").iterdir()):
        sound, hz = soundfile.read(path)
        drive = mouth_drive(Performance.load(corpus / "truth" / f"{path.stem}.npz"))
        edges = np.round(np.arange(len(drive) + 1) * hz * 1001 / 30000).astype(int)
        loudness = np.array([np.abs(sound[a:b]).mean() if b > a else 0 for a, b in itertools.pairwise(edges)])
        speaking = loudness > 0.1 * loudness.max()
        assert drive[speaking].mean() > 3 * drive[: int(0.15 * 30)].mean()
        assert drive.max() > 0.25


def test_same_seed_same_bytes_and_another_actor_changes_nobody(corpus: Path, tmp_path: Path) -> None:
    render_corpus(SMALL.model_copy(update={"actors": 3, "clips_per_actor": 1}), tmp_path, Execution(workers=2))
    kept = [path for path in tmp_path.rglob("*_*_*_*.*") if not path.stem.startswith("1003")]
    assert len(kept) == 2 * 3
    for path in kept:
        assert sha256_file(path) == sha256_file(corpus / path.relative_to(tmp_path)), path.name


def test_a_failed_clip_fails_the_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "render_clip", partial(_fail_for, "1002"))
    with pytest.raises(RuntimeError, match=r"1 of 2 batches could not be rendered; .* 1002_.*: out of paint"):
        render_corpus(SMALL, tmp_path, Execution(workers=1, retries=0))
    assert not (tmp_path / "SentenceFilenames.csv").exists()


def _fail_for(actor_id: str, *arguments: Any) -> str:
    planned: tuple[object, PlannedClip] = arguments[-1]
    if planned[1].actor_id == actor_id:
        raise OSError("out of paint")
    return planned[1].clip_id


def test_without_speech_the_remedy_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable() -> None:
        raise SpeechUnavailable("pip install 'mien[speech]'")

    monkeypatch.setitem(engines.ENGINES, "espeak", unavailable)  # type: ignore[arg-type]
    with pytest.raises(SpeechUnavailable, match="pip install"):
        render_corpus(SMALL, tmp_path, Execution(workers=1))
    assert not list(tmp_path.iterdir())


CLIPS = [(0, "MTI", "NEU"), (3, "TAI", "HAP"), (5, "WSI", "ANG"), (8, "IWW", "SAD")]


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[NDArray[np.float64], NDArray[np.float32]]]:
    """Mouth openings that MediaPipe sees in some clips (NaN where it finds no face), and what was rendered."""
    options, folder = EmbeddedOptions(width=320, height=240), tmp_path_factory.mktemp("clips")
    for name in ("VideoFlash", "AudioWAV", "truth"):
        (folder / name).mkdir()
    seen = []
    for index, sentence, emotion in CLIPS:
        person = actor(options.seed, index)
        name = render_clip(options, folder, (person, PlannedClip(person.actor_id, sentence, emotion, "XX")))
        assert decode_name(name).emotion == emotion
        truth = Performance.load(folder / "truth" / f"{name}.npz")
        seen.append((_openings(decode_frames(folder / "VideoFlash" / f"{name}.flv")), mouth_drive(truth)))
    return seen


def _openings(frames: Iterator[NDArray[np.uint8]]) -> NDArray[np.float64]:
    from mien.faces.detectors.open import open_detector

    openings = []
    with open_detector("mediapipe", max_faces=1) as detector:
        for frame in frames:
            faces = detector.detect(frame)
            mesh = faces[0].mesh if faces else None
            if mesh is None:
                openings.append(np.nan)
                continue
            lips = np.linalg.norm(mesh[UPPER_LIP] - mesh[LOWER_LIP])
            openings.append(lips / np.linalg.norm(mesh[RIGHT_EYE] - mesh[LEFT_EYE]))
    return np.array(openings)


def test_faces_are_found(clips: list[tuple[NDArray[np.float64], NDArray[np.float32]]]) -> None:
    every = np.concatenate([openings for openings, _ in clips])
    assert len(every) > 150
    assert np.isnan(every).mean() <= 0.01


def test_mouths_open_as_they_were_driven(clips: list[tuple[NDArray[np.float64], NDArray[np.float32]]]) -> None:
    for openings, drive in clips:
        found = ~np.isnan(openings)
        assert np.corrcoef(openings[found], drive[found])[0, 1] >= 0.9
