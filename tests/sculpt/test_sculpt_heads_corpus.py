"""The corpora of heads: the same with any number of processes, pictures of the people, damage told in a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from clip_making import painted_corpus
from tiny import tiny

from mien.execution import Execution
from mien.heads.latents.decode import decode
from mien.heads.pictures.quick import QuickRenderer
from mien.sculpt.corpus.attributes import attributes
from mien.sculpt.corpus.corpus import make_heads_corpus
from mien.sculpt.corpus.framing import GUIDE, JUDGE
from mien.sculpt.corpus.store import HeadsStore
from mien.sculpt.corpus.truth import one_hot_options, refused_options, true_pairs
from mien.storage.clip_store import ClipStoreError

OPTIONS = tiny("heads_corpus")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("heads") / "corpus"
    figures = make_heads_corpus(OPTIONS, folder, Execution(workers=1))
    assert figures["guide_people"] == OPTIONS.train + OPTIONS.val
    assert figures["judge_people"] == OPTIONS.judge_train + OPTIONS.judge_val
    assert 0 < figures["guide_captions"] <= 2 * figures["guide_people"]
    return folder


def test_the_same_seed_gives_the_same_bytes_with_two_processes(corpus: Path, tmp_path: Path) -> None:
    make_heads_corpus(OPTIONS, tmp_path / "again", Execution(workers=2))
    files = sorted(path.relative_to(corpus) for path in corpus.rglob("*") if path.is_file())
    assert [str(path) for path in files] == [
        "guide/heads.h5", "guide/index.parquet", "judge/heads.h5", "judge/index.parquet"
    ]  # fmt: skip
    for path in files:
        if path.suffix == ".parquet":
            assert (corpus / path).read_bytes() == (tmp_path / "again" / path).read_bytes()
    for name in ("guide", "judge"):  # HDF5 notes times; the digests in the tables are of the pictures
        one, other = HeadsStore(corpus / name), HeadsStore(tmp_path / "again" / name)
        assert all(np.array_equal(one.read(number), other.read(number)) for number in range(len(one)))


def test_captions_are_true_of_their_people_only(corpus: Path) -> None:
    store = HeadsStore(corpus / "guide")
    shown = one_hot_options(store.options)
    for number, facts in enumerate(store.facts):
        pairs = true_pairs(refused_options(facts), shown)
        assert pairs[:, number].all()
        assert len(store.texts[number]) == len(facts) == OPTIONS.captions
    assert set(store.options) == set(attributes())


def test_pictures_show_the_people(corpus: Path) -> None:
    store = HeadsStore(corpus / "guide")
    assert (store.crops, store.size) == (("whole", "face"), OPTIONS.size)
    pictures = store.pictures([0, 1, 2])
    assert pictures.shape == (3, 2, 3, OPTIONS.size, OPTIONS.size)
    assert 0 <= float(pictures.min()) < float(pictures.max()) <= 1
    # a picture looks more like its own person from the front than like the others
    latents = store.latents[[0, 1, 2]]
    fronts = QuickRenderer(OPTIONS.size).pictures(decode(latents), GUIDE.front())
    cloth = decode(latents).colours["cloth"]
    worn = pictures[:, 0, :, -3:, OPTIONS.size // 2 - 4 : OPTIONS.size // 2 + 4].mean(dim=(2, 3))
    assert torch.allclose(worn.argmax(dim=1), cloth.argmax(dim=1)) or float((worn - cloth).abs().mean()) < 0.2
    assert fronts.shape == pictures.shape


def test_guide_and_judge_see_other_people_in_other_framing_and_light(corpus: Path) -> None:
    guide, judge = HeadsStore(corpus / "guide"), HeadsStore(corpus / "judge")
    assert judge.crops == ("whole", "face")
    assert not torch.equal(guide.latents.values[:4], judge.latents.values[:4])
    assert set(GUIDE.lights) & set(JUDGE.lights) == {0}
    views = GUIDE.draw(np.random.default_rng(0), 3)
    assert [view.crop for view in views] == ["whole", "face"] * 3
    assert views[0].light == views[1].light
    assert views[0].yaw == views[1].yaw
    assert views[0].yaw != views[2].yaw
    assert all(len(set(view.background)) == 1 for view in JUDGE.draw(np.random.default_rng(0), 3))


def test_a_person_does_not_depend_on_how_many_there_are(corpus: Path, tmp_path: Path) -> None:
    fewer = OPTIONS.model_copy(update={"train": 3, "val": 1, "judge_train": 1, "judge_val": 0})
    make_heads_corpus(fewer, tmp_path / "fewer", Execution(workers=1))
    one, other = HeadsStore(tmp_path / "fewer" / "guide"), HeadsStore(corpus / "guide")
    assert one.texts[:3] == other.texts[:3]
    assert torch.equal(one.latents.values[:3], other.latents.values[:3])


def test_a_folder_without_a_corpus_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ClipStoreError, match="holds no heads; run the heads_corpus stage"):
        HeadsStore(tmp_path)
    folder = painted_corpus(tmp_path / "made", 2, 1) / "guide"
    index = pd.read_parquet(folder / "index.parquet")
    for facts in ([{"nose": ["wide"]}], [{"glasses": ["square"]}], [[{"glasses": ["round"]}]], "nothing"):
        damaged = index.assign(facts=json.dumps(facts))
        damaged.to_parquet(folder / "index.parquet", index=False)
        with pytest.raises(ClipStoreError, match="run the heads_corpus stage again"):
            HeadsStore(folder)
