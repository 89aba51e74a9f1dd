"""Choice among samples by measurement: the one that shows the scene wins, whatever the discriminator says."""

from __future__ import annotations

import numpy as np
import torch

from mien.shapes.corpus.paths import sample_paths
from mien.shapes.corpus.rendering import render_video
from mien.shapes.corpus.scenes import Figure, Scene
from mien.shapes.data.decompose import decompose_clips
from mien.shapes.data.layers import Layers, concatenate, render
from mien.shapes.generate.choosing import Choice, choose_measured, joined
from mien.shapes.measure.scene import matches, measure_scene

RISES = Scene((Figure("star", "moving up", "red"),))
SPINS = Scene((Figure("star", "rotating clockwise", "red"),))
FALLS = Scene((Figure("circle", "moving down", "blue"),))


def drawn(*scenes: Scene) -> Layers:
    clips = []
    for scene in scenes:
        paths = sample_paths(np.random.default_rng(3), scene, 12)
        assert paths is not None
        clips.append(decompose_clips(torch.from_numpy(render_video(paths))[None]))
    return concatenate(clips)


def shows(choice: Choice, scene: Scene) -> bool:
    [clip] = render(choice.layers).numpy()
    return bool(matches(scene, measure_scene(clip))["exact"])


def test_the_sample_that_shows_the_scene_wins_against_a_higher_score() -> None:
    samples = [drawn(SPINS, FALLS), drawn(RISES, RISES), drawn(FALLS, SPINS)]
    scores = torch.tensor([[3.0, 1.0], [2.0, 2.0], [1.0, 3.0]])
    chosen = choose_measured(samples, scores, [RISES, FALLS], [None, None])
    assert [one.exact for one in chosen] == [True, True]
    assert shows(chosen[0], RISES)
    assert shows(chosen[1], FALLS)
    assert joined(chosen).paths.shape[0] == 2


def test_of_several_right_ones_the_score_decides_and_of_wrong_ones_the_criteria() -> None:
    both = [drawn(RISES), drawn(RISES).map(lambda tensor: tensor.clone())]
    [first] = choose_measured(both, torch.tensor([[0.0], [1.0]]), [RISES], [None])
    assert torch.equal(first.layers.paths, both[1].paths)
    wrong = [drawn(FALLS), drawn(SPINS)]
    [nearest] = choose_measured(wrong, torch.tensor([[9.0], [0.0]]), [RISES], [None])
    assert not nearest.exact
    assert shows(nearest, SPINS), "a red star meets more of the criteria than a blue circle"
    [kept] = choose_measured([drawn(FALLS)], torch.tensor([[9.0]]), [RISES], [nearest])
    assert kept is nearest, "a later sample that is worse does not take the place of an earlier one"
