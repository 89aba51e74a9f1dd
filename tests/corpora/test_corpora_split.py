"""What the split by actor guarantees."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mien.clips import Clip
from mien.corpora.split import (
    SplitOptions,
    check_disjoint,
    position,
    read_split,
    split_clips,
    summarise_split,
    write_split,
)

Sex = Literal["female", "male"] | None


def clip(name: str, actor: str | None, sex: Sex = None) -> Clip:
    return Clip(name, "test", f"{name}.mp4", actor=actor, sex=sex)


def crowd(actors: dict[str, Sex]) -> list[Clip]:
    return [clip(f"{actor}-{take}", actor, sex) for actor, sex in actors.items() for take in range(2)]


def by_actor(actors: dict[str, Sex], options: SplitOptions) -> dict[str, str]:
    parts = split_clips(crowd(actors), options)
    assert all(parts[f"{actor}-0"] == parts[f"{actor}-1"] for actor in actors)
    return {actor: parts[f"{actor}-0"] for actor in actors}


def natural(actor: str, options: SplitOptions) -> str:
    place = position(actor, options.seed)
    if place < options.test_ratio:
        return "test"
    return "val" if place < options.test_ratio + options.val_ratio else "train"


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
sexes = st.sampled_from([None, "female", "male"])
crowds = st.dictionaries(names, sexes, min_size=2, max_size=30)
options = st.builds(
    SplitOptions, seed=st.integers(0, 1000), val_ratio=st.floats(0.05, 0.5), test_ratio=st.floats(0, 0.45)
)


@given(crowds, options)
def test_neither_train_nor_val_is_empty(actors: dict[str, Sex], chosen: SplitOptions) -> None:
    assert {"train", "val"} <= set(by_actor(actors, chosen).values())


@given(crowds, options)
def test_each_sex_of_some_number_is_in_train_and_val(actors: dict[str, Sex], chosen: SplitOptions) -> None:
    parts = by_actor(actors, chosen)
    for sex in ("female", "male"):
        same = [actor for actor in actors if actors[actor] == sex]
        if len(same) >= 1 / chosen.val_ratio and len(same) > 1:
            assert {"train", "val"} <= {parts[actor] for actor in same}


@settings(max_examples=300)
@given(crowds, names, sexes, options)
def test_a_new_actor_moves_nobody_but_those_on_loan(
    actors: dict[str, Sex], newcomer: str, sex: Sex, chosen: SplitOptions
) -> None:
    actors.pop(newcomer, None)
    if len(actors) < 2:
        return
    before = by_actor(actors, chosen)
    after = by_actor({**actors, newcomer: sex}, chosen)
    lent = {actor for actor in actors for parts in (before, after) if parts[actor] != natural(actor, chosen)}
    moved = {actor for actor in actors if before[actor] != after[actor]}
    assert moved <= lent
    assert len(lent) <= 16
    if not lent:
        assert not moved


@given(st.integers(0, 10_000))
def test_in_a_corpus_of_cremads_size_a_new_actor_moves_nobody(seed: int) -> None:
    chosen = SplitOptions(seed=seed)
    actors: dict[str, Sex] = {str(1001 + index): "female" if index % 2 else "male" for index in range(91)}
    before = by_actor(actors, chosen)
    assert before == {actor: natural(actor, chosen) for actor in actors}  # no loan is needed
    after = by_actor({**actors, "1092": "female", "0999": "male"}, chosen)
    assert {actor: after[actor] for actor in actors} == before


def test_the_parts_have_their_sizes_and_both_sexes_in_the_long_run() -> None:
    chosen = SplitOptions(val_ratio=0.25, test_ratio=0.1)
    actors: dict[str, Sex] = {f"actor {index}": "female" if index % 2 else "male" for index in range(4000)}
    parts = by_actor(actors, chosen)
    for sex in ("female", "male"):
        counts = Counter(parts[actor] for actor in actors if actors[actor] == sex)
        assert counts["val"] / 2000 == pytest.approx(0.25, abs=0.03)
        assert counts["test"] / 2000 == pytest.approx(0.1, abs=0.02)


def test_position_is_this_and_stays_this() -> None:
    """Another value would deal out every corpus anew: this pins the formula, computed by hand from SHA-256."""
    import hashlib

    for actor, seed in (("1001", 1), ("ünï", 7)):
        number = int(hashlib.sha256(f"{seed}:{actor}".encode()).hexdigest()[:13], 16)
        assert position(actor, seed) == number / 16**13
    assert 0 <= position("x", 1) < 1


def test_the_order_of_clips_and_their_number_do_not_matter() -> None:
    clips = crowd({f"a{index}": "female" for index in range(8)})
    assert split_clips(clips, SplitOptions()) == split_clips(clips[::-1], SplitOptions())
    more = [*clips, clip("extra", "a3", "female")]
    assert split_clips(clips, SplitOptions()).items() <= split_clips(more, SplitOptions()).items()


def test_another_seed_deals_anew() -> None:
    actors: dict[str, Sex] = {f"a{index}": None for index in range(40)}
    assert by_actor(actors, SplitOptions(seed=1)) != by_actor(actors, SplitOptions(seed=2))


def test_unknown_actors_are_their_clips_and_rejected_clips_have_no_part() -> None:
    clips = [clip(f"c{index}", None) for index in range(40)] + [clip("bad", None).rejected("blurred")]
    parts = split_clips(clips, SplitOptions())
    assert len(parts) == 40
    assert set(parts.values()) == {"train", "val", "test"}


def test_one_actor_is_train_and_none_is_refused() -> None:
    assert split_clips([clip("a", "x"), clip("b", "x")], SplitOptions()) == {"a": "train", "b": "train"}
    with pytest.raises(ValueError, match="no usable clip"):
        split_clips([clip("a", "x").rejected("blurred")], SplitOptions())


def test_given_lists_are_exactly_those_parts() -> None:
    actors: dict[str, Sex] = {str(1001 + index): "female" if index % 2 else "male" for index in range(20)}
    chosen = SplitOptions(val_actors=(1003, "1004"), test_actors=("1010",))  # type: ignore[arg-type]
    parts = by_actor(actors, chosen)
    assert {actor for actor, part in parts.items() if part == "val"} == {"1003", "1004"}
    assert {actor for actor, part in parts.items() if part == "test"} == {"1010"}
    half = by_actor(actors, SplitOptions(test_actors=("1010",)))
    assert [actor for actor, part in half.items() if part == "test"] == ["1010"]
    assert "val" in half.values()
    with pytest.raises(ValueError, match="2000"):
        by_actor(actors, SplitOptions(val_actors=("2000",)))


@pytest.mark.parametrize(
    "values",
    [
        {"val_ratio": 0.7, "test_ratio": 0.3},
        {"val_ratio": -0.1},
        {"val_ratio": math.nan},
        {"val_actors": ["a"], "test_actors": ["a"]},
        {"ratio": 0.5},
    ],
)
def test_options_that_cannot_be_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SplitOptions.model_validate(values)


def test_an_actor_of_two_sexes_is_refused() -> None:
    with pytest.raises(ValueError, match="actor x is female in one clip and male in another"):
        split_clips([clip("a", "x", "female"), clip("b", "x", "male")], SplitOptions())
    mixed = [clip("a", "x", "female"), clip("b", "x")]
    assert len(split_clips(mixed, SplitOptions())) == 2


def shared(*pairs: tuple[str, str]) -> list[Clip]:
    """Clips (actor, content) with an SHA-256 each."""
    return [replace(clip(f"{actor}-{n}", actor), sha256=content) for n, (actor, content) in enumerate(pairs)]


@given(
    st.lists(st.tuples(st.sampled_from("ABCDEFGH"), st.sampled_from("0123456789")), min_size=1, max_size=24), options
)
def test_the_same_content_is_never_in_two_parts(pairs: list[tuple[str, str]], chosen: SplitOptions) -> None:
    clips = shared(*pairs)
    parts = split_clips(clips, chosen)
    assert set(parts) == {one.clip_id for one in clips}
    for key in ("sha256", "actor"):
        found: dict[str, set[str]] = {}
        for one in clips:
            found.setdefault(getattr(one, key), set()).add(parts[one.clip_id])
        assert all(len(own) == 1 for own in found.values()), key


def test_given_lists_that_part_the_same_content_are_refused_and_whole_ones_are_not() -> None:
    clips = shared(("A", "0"), ("B", "0"), ("C", "1"), ("D", "2"))
    with pytest.raises(ValueError, match=r"val_actors names A, but B has the same content"):
        split_clips(clips, SplitOptions(val_actors=("A",)))
    with pytest.raises(ValueError, match="the same content"):
        split_clips(clips, SplitOptions(val_actors=("A",), test_actors=("B",)))
    parts = split_clips(clips, SplitOptions(val_actors=("A", "B"), test_actors=()))
    assert {name for name, part in parts.items() if part == "val"} == {"A-0", "B-1"}
    with pytest.raises(ValueError, match=r"val_clips names A-0, but B-1 has the same content"):
        split_clips(clips, SplitOptions(val_clips=("A-0",)))
    assert split_clips(clips, SplitOptions(val_clips=("A-0", "B-1")))["C-2"] == "train"


def test_the_file_gives_back_the_split(tmp_path: Path) -> None:
    clips = [*crowd({f"a{index}": None for index in range(6)}), clip("alone", None), clip('odd",\nname', "b,c")]
    parts = split_clips(clips, SplitOptions())
    write_split(tmp_path / "split.csv", clips, parts)
    assert read_split(tmp_path / "split.csv") == parts
    lines = (tmp_path / "split.csv").read_text().splitlines()
    assert lines[0] == "clip_id,actor,part"
    assert lines[1] == f"a0-0,a0,{parts['a0-0']}"
    assert f"alone,clip:alone,{parts['alone']}" in lines


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("a,x,train\nb,x,val\n", "x (train and val)"),
        ("a,x,train\na,x,train\n", "twice"),
        ("a,x,training\n", "line 2"),
        ("a,x\n", "line 2"),
    ],
)
def test_a_split_that_cannot_be_is_refused(tmp_path: Path, rows: str, words: str) -> None:
    (tmp_path / "split.csv").write_text("clip_id,actor,part\n" + rows)
    with pytest.raises(ValueError) as caught:
        read_split(tmp_path / "split.csv")
    assert words in str(caught.value)
    (tmp_path / "split.csv").write_text("clip,part\n")
    with pytest.raises(ValueError, match="not a split"):
        read_split(tmp_path / "split.csv")


def test_a_torn_actor_is_not_written(tmp_path: Path) -> None:
    clips = [clip("a", "x"), clip("b", "x")]
    with pytest.raises(ValueError, match="x \\(train and val\\)"):
        write_split(tmp_path / "split.csv", clips, {"a": "train", "b": "val"})
    assert not (tmp_path / "split.csv").exists()
    check_disjoint([("a", "x", "train"), ("b", "x", "train"), ("c", "y", "val")])


def test_summary_counts_actors_once() -> None:
    clips = crowd({"f": "female", "m": "male", "u": None})
    parts = {name.clip_id: "train" if name.actor == "f" else "val" for name in clips}
    summary = summarise_split(clips, parts)  # type: ignore[arg-type]
    assert summary["train"] == {"clips": 2, "actors": 1, "female": 1, "male": 0}
    assert summary["val"] == {"clips": 4, "actors": 2, "female": 0, "male": 1}
    assert summary["test"]["clips"] == 0


def test_named_clips_make_val_whoever_speaks_in_them(tmp_path: Path) -> None:
    clips = [clip(f"take{take}", actor) for actor in ("s1",) for take in range(6)] + [clip("alone", None)]
    chosen = SplitOptions(val_clips=("take5",))
    parts = split_clips(clips, chosen)
    assert parts == {one.clip_id: "val" if one.clip_id == "take5" else "train" for one in clips}
    with pytest.raises(ValueError, match="s1"):
        write_split(tmp_path / "split.csv", clips, parts)
    write_split(tmp_path / "split.csv", clips, parts, by_clip=True)
    assert read_split(tmp_path / "split.csv") == parts
    assert "take5,clip:take5,val" in (tmp_path / "split.csv").read_text().splitlines()
    summary = summarise_split(clips, parts)
    assert (summary["val"]["clips"], summary["train"]["clips"]) == (1, 6)


def test_clips_that_cannot_make_val_are_refused() -> None:
    clips = [clip("a", "x"), clip("b", "x"), clip("c", "x").rejected("blurred")]
    with pytest.raises(ValueError, match="nowhere, of which there is no usable clip"):
        split_clips(clips, SplitOptions(val_clips=("a", "nowhere")))
    with pytest.raises(ValueError, match="names c"):
        split_clips(clips, SplitOptions(val_clips=("c",)))
    with pytest.raises(ValueError, match="nothing is left"):
        split_clips(clips, SplitOptions(val_clips=("a", "b")))
    for values in ({"val_clips": []}, {"val_clips": ["a"], "val_actors": ["x"]}):
        with pytest.raises(ValidationError):
            SplitOptions.model_validate(values)
    assert SplitOptions.model_validate({"val_clips": [101]}).val_clips == ("101",)
