"""The plan: balanced, named as CREMA-D names, and nobody's clips depend on anybody else."""

from __future__ import annotations

from collections import Counter

import pytest

from mien.clips import EMOTIONS
from mien.corpora.cremad import decode_name
from mien.corpora.embedded.plan import (
    actor,
    generator,
    plan_actor,
    plan_corpus,
)
from mien.corpora.options import EmbeddedOptions
from mien.corpora.sentences import SENTENCES


def test_default_plan_is_large_and_balanced() -> None:
    plan = plan_corpus(EmbeddedOptions())
    assert len(plan) >= 120
    assert len({person.actor_id for person, _ in plan}) >= 10
    assert len({clip.clip_id for _, clip in plan}) == len(plan)
    assert {clip.sentence_id for _, clip in plan} == set(SENTENCES)
    emotions = Counter(clip.emotion for _, clip in plan)
    assert set(emotions) == set(EMOTIONS)
    assert max(emotions.values()) <= 1.5 * min(emotions.values())
    graded = Counter(clip.level for _, clip in plan if clip.sentence_id == "IEO")
    assert min(graded[level] for level in ("LO", "MD", "HI")) >= 6
    for person, _ in plan:
        own = Counter(clip.emotion for who, clip in plan if who == person)
        assert set(own) == set(EMOTIONS)


def test_names_are_official() -> None:
    for _, clip in plan_corpus(EmbeddedOptions()):
        labels = decode_name(clip.clip_id)
        assert (labels.actor, labels.sentence_id, labels.emotion) == (clip.actor_id, clip.sentence_id, clip.emotion)
        assert (clip.level == "XX") == (clip.sentence_id != "IEO" or clip.emotion == "NEU")


def test_another_actor_moves_nobody() -> None:
    few, many = (plan_corpus(EmbeddedOptions(actors=count)) for count in (3, 9))
    assert few == [pair for pair in many if pair[0].actor_id <= "1003"]


def test_more_clips_keep_the_first_ones() -> None:
    few, many = (plan_actor(EmbeddedOptions(clips_per_actor=count), "1001") for count in (4, 82))
    assert few == many[:4]
    assert few[0].emotion == "NEU"
    assert len(set(many)) == 82
    with pytest.raises(ValueError, match="82 different clips"):
        plan_actor(EmbeddedOptions(clips_per_actor=83), "1001")


def test_the_seed_decides() -> None:
    one, two = (plan_corpus(EmbeddedOptions(seed=seed, actors=4)) for seed in (1, 2))
    assert one == plan_corpus(EmbeddedOptions(seed=1, actors=4))
    assert [clip for _, clip in one] != [clip for _, clip in two]


def test_voices_differ_and_women_speak_higher() -> None:
    people = [actor(1, index) for index in range(12)]
    assert Counter(person.sex for person in people) == {"female": 6, "male": 6}
    assert len({(person.variant, person.pitch) for person in people}) == 12
    assert all((person.variant[0] == "m") == (person.sex == "male") for person in people)


def test_generators_are_functions_of_their_parts() -> None:
    assert generator("a", 1).random() == generator("a", 1).random()
    assert generator("a", 1).random() != generator("a", 2).random()
    assert generator("a", "1b").random() != generator("a1", "b").random()
