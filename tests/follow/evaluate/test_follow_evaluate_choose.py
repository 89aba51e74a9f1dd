"""Which clips and texts are evaluated."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from stored_figures import stored_figures

from mien.bodies.scene import LABELS
from mien.follow.corpus.store import FiguresCorpus
from mien.follow.evaluate.choose import HELD_OUT, VAL, WORDINGS, WRITTEN, choose_parts, many_texts
from mien.follow.evaluate.options import EvaluateFollowOptions
from mien.follow.evaluate.samples import LANGUAGES
from mien.text.vietnamese import is_accented

OPTIONS = EvaluateFollowOptions(clips=3, frames=4, judged=4, written=10)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> FiguresCorpus:
    folder: Path = tmp_path_factory.mktemp("figures") / "corpus"
    return FiguresCorpus(stored_figures(folder, train=2, val=5, held_out=5, judge_train=2))


def test_every_clip_has_a_text_in_each_language(corpus: FiguresCorpus) -> None:
    parts = choose_parts(corpus, OPTIONS)
    assert list(parts) == [VAL, WORDINGS, HELD_OUT, WRITTEN]
    for part in (VAL, WORDINGS, HELD_OUT):
        samples = parts[part]
        assert [one.language for one in samples] == list(LANGUAGES) * 3
        for english, accented, plain in zip(samples[::3], samples[1::3], samples[2::3], strict=True):
            assert english.clip.clip_id == accented.clip.clip_id == plain.clip.clip_id
            assert not any(is_accented(word.strip(".,!")) for word in plain.text.split())
            assert plain.text != accented.text
            assert plain.facts == accented.facts
            assert english.clip.clip_id.startswith(HELD_OUT if part == HELD_OUT else VAL)
    ids = [one.clip_id for own in parts.values() for one in own]
    assert len(set(ids)) == len(ids)


def test_texts_are_true_of_their_clips_and_speak_of_what_is_seen(corpus: FiguresCorpus) -> None:
    for samples in (*choose_parts(corpus, OPTIONS).values(), *many_texts(corpus, 5, OPTIONS).values()):
        for sample in samples:
            if sample.has_real:
                shown = sample.clip.scene.visible()
                assert all(shown[name] in accepted for name, accepted in sample.facts.items()), sample.text


def test_clips_are_those_of_the_corpus(corpus: FiguresCorpus) -> None:
    sample = choose_parts(corpus, OPTIONS)[VAL][0]
    number = list(corpus.index["clip_id"]).index(sample.clip.clip_id)
    np.testing.assert_array_equal(sample.clip.frames, corpus[number].frames[:4])
    assert sample.clip.fps == Fraction(25, 2)
    assert sample.clip.pose.frames == 4
    assert sample.clip.size == (48, 48)


def test_written_prompts_are_in_both_languages(corpus: FiguresCorpus) -> None:
    written = choose_parts(corpus, OPTIONS)[WRITTEN]
    assert len(written) == 10
    assert {one.language for one in written} == {"vi", "en"}
    for one in written:
        assert not one.has_real
        assert one.facts
        assert all(accepted <= set(LABELS[name]) for name, accepted in one.facts.items())
    assert not choose_parts(corpus, OPTIONS.model_copy(update={"written": 0}))[WRITTEN]
