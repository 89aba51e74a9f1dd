"""Words and noise reach what they should, the order of figures says nothing, and losses are what they claim."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from mien.networks.text_attention import TextAttention
from mien.shapes.data.decompose import HALF_SIDE
from mien.shapes.data.layers import FIGURES, PICTURE_SIDE, Layers
from mien.shapes.generate.animator import to_bytes
from mien.shapes.losses import kl_divergence, layers_error
from mien.shapes.networks.discriminator import ClipDiscriminator, mismatch_loss, score, scores_with_all
from mien.shapes.networks.frames import NOISE as FRAME_NOISE
from mien.shapes.networks.frames import FrameDiscriminator, FrameGenerator
from mien.shapes.networks.generator import NOISE, LayerGenerator
from mien.shapes.networks.layer_encoder import gaps
from mien.shapes.train.adversary import mixed_clips
from mien.text.encoder import TokensEncoder, open_encoder


def some_layers(clips: int = 3, frames: int = 12) -> Layers:
    return Layers(
        torch.randn(clips, FIGURES, 4, frames), torch.rand(clips, FIGURES, PICTURE_SIDE, PICTURE_SIDE),
        torch.rand(clips, FIGURES, 3), torch.tensor([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])[:clips],
    )  # fmt: skip


def test_noise_and_words_change_the_clip_and_padding_does_not() -> None:
    torch.manual_seed(0)
    generator = LayerGenerator(16, 12, 16, 32).eval()
    for parameter in generator.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    text, mask, noise = torch.randn(1, 5, 16), torch.ones(1, 5, dtype=torch.bool), torch.randn(1, FIGURES, NOISE)
    own = generator(text, mask, noise)
    assert own.paths.shape == (1, FIGURES, 4, 12)
    padded = generator(torch.cat([text, torch.randn(1, 3, 16)], 1), torch.cat([mask, ~mask[:, :3]], 1), noise)
    assert torch.allclose(own.paths, padded.paths, atol=1e-5)
    for other in (generator(torch.randn(1, 5, 16), mask, noise), generator(text, mask, torch.randn(1, FIGURES, NOISE))):
        assert not torch.allclose(own.paths, other.paths, atol=1e-2)
        assert not torch.allclose(own.pictures, other.pictures, atol=1e-2)


def test_the_motion_of_a_figure_alone_does_not_depend_on_its_look() -> None:
    """Or a shape could not go through a motion that it was never seen with."""
    torch.manual_seed(0)
    generator = LayerGenerator(16, 12, 16, 32)
    attended, noise = torch.randn(1, FIGURES, 2, 16), torch.randn(1, FIGURES, NOISE)
    with torch.no_grad():
        generator.presence_bias.copy_(torch.tensor([50.0, -50.0]))  # one figure alone
    other_look = attended.clone()
    other_look[:, 0, 0] = torch.randn(16)
    own, other = generator.decode(attended, noise), generator.decode(other_look, noise)
    assert torch.allclose(own.paths[:, 0], other.paths[:, 0], atol=1e-6)
    assert not torch.allclose(own.pictures[:, 0], other.pictures[:, 0], atol=1e-3)


def test_a_word_knows_what_is_before_and_after_it_however_far() -> None:
    torch.manual_seed(0)
    words, text, mask = TextAttention(8, 8, 2), torch.randn(1, 12, 8), torch.ones(1, 12, dtype=torch.bool)
    other = text.clone()
    other[0, 0] = torch.randn(8)
    hooks: list[torch.Tensor] = []
    words.values.register_forward_hook(lambda *values: hooks.append(values[2]))
    words(text, mask)
    words(other, mask)
    assert not torch.allclose(hooks[0][0, -1], hooks[1][0, -1], atol=1e-6)


def test_scores_with_all_words_hold_those_with_the_own_and_figures_have_no_order() -> None:
    torch.manual_seed(0)
    encoder = open_encoder("tokens", ("red", "blue"), width=16, layers=0)
    assert isinstance(encoder, TokensEncoder)
    discriminator = ClipDiscriminator(encoder, 12, 16)
    layers = some_layers()
    texts = discriminator.encode_text(*encoder.tokenise(["red", "blue red", "blue"]))
    clips, swapped = discriminator.encode_clip(layers), discriminator.encode_clip(layers.swapped())
    assert torch.allclose(scores_with_all(clips, texts).diagonal(), score(clips, texts), atol=1e-5)
    assert torch.allclose(score(swapped, texts), score(clips, texts), atol=1e-5)
    assert not torch.allclose(score(clips, texts.roll(1, 0)), score(clips, texts), atol=1e-3)


def test_what_an_absent_figure_would_be_is_not_seen() -> None:
    torch.manual_seed(0)
    discriminator, layers = ClipDiscriminator(open_encoder("tokens", ("red",), width=16), 12, 16), some_layers(1)
    other = Layers(*(part.clone() for part in layers.tensors))
    for part in (other.paths, other.pictures, other.colours):
        part[:, 1] = torch.rand_like(part[:, 1])
    codes, same = discriminator.encode_clip(layers), discriminator.encode_clip(other)
    assert torch.allclose(codes.figures, same.figures, atol=1e-6)
    assert torch.allclose(codes.logit, same.logit, atol=1e-6)


def test_mixed_clips_have_one_part_of_another() -> None:
    layers = Layers(*(torch.arange(6.0).view(6, 1, *[1] * (len(shape) - 1)).expand(6, *shape).clone() for shape in (
        (2, 4, 12), (2, PICTURE_SIDE, PICTURE_SIDE), (2, 3), (2,))))  # fmt: skip
    layers.presence[:] = torch.tensor([1.0, 0.0])
    layers.presence[4:] = 1
    for part in layers.tensors[:3]:
        part[:, 1] += 10
    made = mixed_clips(layers, torch.Generator().manual_seed(0))
    assert torch.equal(made.presence, layers.presence)
    for clip in range(6):
        wrong = [
            not torch.equal(own[clip], part[clip]) for own, part in zip(layers.tensors[:3], made.tensors, strict=False)
        ]
        assert sum(wrong) == 1
        part = made.tensors[wrong.index(True)][clip]
        if clip >= 4:  # a pair exchanges its own
            assert torch.equal(part, layers.tensors[wrong.index(True)][clip].flip(0))
        else:
            assert float(part[0].flatten()[0]) in {0, 1, 2, 3}


def test_gaps_tell_whether_two_figures_meet() -> None:
    layers = some_layers(2)
    layers.paths.zero_()
    layers.paths[:, 0, 0], layers.paths[:, 1, 0] = -0.5, 0.5  # a whole unit apart, both of the usual size
    apart = 1 - 2.2 / HALF_SIDE * math.exp(-1.2)
    values = gaps(layers)
    assert not values[0].any()  # the first clip has one figure
    assert torch.allclose(values[1, :12], torch.tensor(math.tanh(4 * apart)), atol=1e-5)
    layers.paths[:, 1, 0, 7] = -0.5
    met = gaps(layers)[1]
    assert met[7] < 0
    assert met[-1] < 0 < values[1, -1]


def test_mismatched_words_cost_most_where_they_go_as_well_as_the_own() -> None:
    assert mismatch_loss(torch.zeros(4, 4)).item() == pytest.approx(math.log(2))
    assert mismatch_loss(20 * torch.eye(4)).item() < 1e-6
    assert mismatch_loss(-20 * torch.eye(4)).item() == pytest.approx(20, rel=0.01)


def test_the_divergence_is_none_for_standard_normal_noise_alone() -> None:
    zero = torch.zeros(2, FIGURES, NOISE)
    assert not kl_divergence(zero, zero).any()
    assert kl_divergence(zero + 1, zero).tolist() == [[NOISE / 2] * FIGURES] * 2


def test_clips_are_unlike_where_figures_are_and_in_their_presence() -> None:
    layers = some_layers()
    assert layers_error(layers, layers).max() < 1e-3
    other = Layers(*(part.clone() for part in layers.tensors))
    other.paths[0, 1] += 1  # the first clip does not have that figure
    assert torch.allclose(layers_error(other, layers)[0], layers_error(layers, layers)[0])
    other.paths[0, 0] += 1
    assert layers_error(other, layers)[0].item() == pytest.approx(4, rel=1e-3)
    gone = Layers(layers.paths, layers.pictures, layers.colours, 1 - layers.presence)
    assert (layers_error(gone, layers) > 0.5).all()


def test_the_baseline_makes_one_frame_and_reads_nothing() -> None:
    text, mask = torch.randn(2, 5, 16), torch.ones(2, 5, dtype=torch.bool)
    frames = FrameGenerator(16, 8)(text, mask, torch.randn(2, FRAME_NOISE)).detach()
    assert frames.shape == (2, 3, 64, 64)
    assert float(frames.abs().max()) <= 1
    assert FrameDiscriminator(8)(frames).shape == (2,)


def test_bytes_are_rounded_and_bounded() -> None:
    clip = to_bytes(torch.tensor([-2.0, -1.0, 0.0, 1.0, 2.0]).view(1, 1, 1, 1, 5).expand(1, 1, 3, 1, 5))
    assert clip.dtype == torch.uint8
    assert np.array_equal(clip[0, 0, 0, :, 0].numpy(), [0, 0, 128, 255, 255])
