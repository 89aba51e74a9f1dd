"""The networks: shapes, what depends on what, and what must not."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from talking_corpus import SIZE, drawn_landmarks

from mien.clips import EMOTIONS
from mien.faces.measures import FACE_POSE, eye_opening, face_pose, gaze, mouth_shape
from mien.media.log_mel import MARGIN, MELS, STEPS_PER_FRAME, frame_count, log_mels, mel_filters
from mien.talking.data.pose import TAPS, in_plane_transform, mirror_pose, pose_statistics
from mien.talking.networks.discriminators import EmotionDiscriminator, FrameDiscriminator
from mien.talking.networks.encoders import (
    SPEECH_CONTEXT,
    EmotionEncoder,
    PoseEncoder,
    SpeechEncoder,
    to_emotion_weights,
)
from mien.talking.networks.generator import Generator, GeneratorConfig
from mien.talking.networks.warp import WarpDecoder, pixel_grid, warp

NEUTRAL, HAPPY, SAD = (EMOTIONS.index(name) for name in ("NEU", "HAP", "SAD"))


def config(size: int = 32, channels: tuple[int, ...] = (8, 8, 16), architecture: str = "warp") -> GeneratorConfig:
    return GeneratorConfig.model_validate(
        {"architecture": architecture, "size": size, "fps": Fraction(25), "sample_rate": 16000}
        | {"image_channels": channels, "speech_width": 8, "code_width": 16}
    )


def test_the_speech_code_of_a_frame_is_the_same_in_a_window_and_in_the_whole() -> None:
    torch.manual_seed(0)
    encoder = SpeechEncoder(8)
    spectra = torch.randn(1, MELS, 2 * MARGIN + 10 * STEPS_PER_FRAME)
    whole = encoder(spectra)
    assert whole.shape == (1, 10, 8)
    for frame in (0, 4, 9):
        start = frame * STEPS_PER_FRAME
        alone = encoder(spectra[:, :, start : start + SPEECH_CONTEXT])
        assert torch.allclose(alone[:, 0], whole[:, frame], atol=1e-5)


def test_a_click_is_heard_by_the_frames_around_it_and_by_no_others() -> None:
    torch.manual_seed(0)
    encoder = SpeechEncoder(8)
    speech = np.zeros(16000, np.float32)
    quiet = np.random.default_rng(0).normal(0, 0.01, 16000).astype(np.float32)
    speech[8000:8010] = 0.01
    spectra = [
        torch.from_numpy(log_mels(one, 25, Fraction(25), 16000, MARGIN)[None]) for one in (quiet, quiet + speech)
    ]
    spectra[1][..., : MARGIN + 25 * 4 // 2 - 2] = spectra[0][..., : MARGIN + 25 * 4 // 2 - 2]
    spectra[1][..., MARGIN + 25 * 4 // 2 + 2 :] = spectra[0][..., MARGIN + 25 * 4 // 2 + 2 :]
    heard = (encoder(spectra[0]) - encoder(spectra[1])).abs().amax(-1)[0] > 1e-6
    frames = heard.nonzero()[:, 0].tolist()
    assert 12 in frames  # sample 8000 is at 0.5 s, in the middle of frame 12
    assert min(frames) >= 8
    assert max(frames) <= 16


def test_intensity_runs_straight_from_neutral_to_the_emotion() -> None:
    torch.manual_seed(0)
    encoder = EmotionEncoder(6)
    happy = torch.full((3,), HAPPY)
    codes = encoder(to_emotion_weights(happy, torch.tensor([0.0, 0.5, 1.0])))
    assert torch.allclose(codes[0], encoder.codes[NEUTRAL])
    assert torch.allclose(codes[2], encoder.codes[HAPPY], atol=1e-6)
    assert torch.allclose(codes[1], (codes[0] + codes[2]) / 2, atol=1e-6)
    unknown = encoder(to_emotion_weights(torch.tensor([-1, HAPPY]), torch.tensor([math.nan, math.nan])))
    assert torch.equal(unknown[0], encoder.unspecified)
    assert torch.isfinite(unknown).all()
    neutral = encoder(to_emotion_weights(torch.tensor([NEUTRAL, NEUTRAL]), torch.tensor([0.1, 0.9])))
    assert torch.equal(neutral[0], neutral[1])


def test_feelings_blend_and_change_over_time() -> None:
    torch.manual_seed(0)
    encoder = EmotionEncoder(6)
    felt = torch.zeros(1, 3, len(EMOTIONS))
    felt[0, 1, HAPPY], felt[0, 2, HAPPY], felt[0, 2, SAD] = 0.5, 0.5, 0.25
    codes = encoder(felt)[0]
    neutral, happy, sad = (encoder.codes[emotion] for emotion in (NEUTRAL, HAPPY, SAD))
    assert torch.allclose(codes[0], neutral)
    assert torch.allclose(codes[2] - codes[1], 0.25 * (sad - neutral), atol=1e-6)
    assert torch.allclose(codes[1] - codes[0], 0.5 * (happy - neutral), atol=1e-6)


def test_gradients_reach_the_learned_intensity_and_are_finite_with_unspecified_labels() -> None:
    encoder = EmotionEncoder(6)
    felt = to_emotion_weights(torch.tensor([HAPPY, -1]), torch.tensor([math.nan, math.nan]))
    encoder(felt).square().sum().backward()
    assert encoder.default_intensity.grad is not None
    assert float(encoder.default_intensity.grad) != 0
    assert all(torch.isfinite(parameter.grad).all() for parameter in encoder.parameters() if parameter.grad is not None)


@pytest.mark.parametrize("architecture", ["warp", "direct"])
@pytest.mark.parametrize(("size", "channels"), [(32, (8, 8, 16)), (96, (8, 8, 16, 16)), (64, (8, 16))])
def test_frames_have_the_shards_size(architecture: str, size: int, channels: tuple[int, ...]) -> None:
    generator = Generator(config(size, channels, architecture))
    felt = to_emotion_weights(torch.tensor([0, -1]), torch.tensor([0.5, math.nan]))[:, None].expand(-1, 3, -1)
    frames = generator(torch.zeros(2, 3, size, size), torch.zeros(2, 3, 8), felt, torch.zeros(2, 3, len(FACE_POSE)))
    assert frames.shape == (2, 3, 3, size, size)
    assert float(frames.detach().abs().max()) <= 1


@pytest.mark.parametrize("architecture", ["warp", "direct"])
def test_frames_of_a_batch_do_not_see_each_other(architecture: str) -> None:
    torch.manual_seed(0)
    generator = Generator(config(architecture=architecture)).eval()
    if isinstance(generator.decoder, WarpDecoder):
        torch.nn.init.normal_(generator.decoder.flow.weight, std=0.1)
    reference, speech, motion = torch.rand(2, 3, 32, 32), torch.randn(2, 3, 8), torch.randn(2, 3, len(FACE_POSE))
    felt = torch.rand(2, 3, len(EMOTIONS))
    together = generator(reference, speech, felt, motion)
    alone = generator(reference[1:], speech[1:, 2:], felt[1:, 2:], motion[1:, 2:])
    assert torch.allclose(together[1, 2], alone[0, 0], atol=1e-5)
    assert not torch.allclose(together[1, 2], together[1, 1], atol=1e-3)


def test_an_untrained_warp_shows_the_reference() -> None:
    torch.manual_seed(0)
    generator = Generator(config())
    reference = torch.rand(1, 3, 32, 32)
    maps = generator.image_encoder(reference)
    landmarks = generator.landmarks(maps)
    conditions = generator.conditions(
        landmarks, torch.randn(1, 2, 8), torch.rand(1, 2, 6), torch.randn(1, 2, len(FACE_POSE))
    )
    decoded = generator.decode(maps, landmarks, generator.goal(landmarks, conditions), conditions)
    layers = decoded.layers
    assert layers is not None
    assert float(layers.flow.detach().abs().max()) < 1e-5
    assert torch.allclose(layers.landmarks, landmarks.expand(2, -1, -1), atol=1e-6)
    assert float(layers.opening.detach().mean()) < 0.1
    expected = layers.opening * layers.paint + (1 - layers.opening) * (reference + layers.shade * (reference + 1))
    assert torch.allclose(decoded.frames, expected.clamp(-1, 1), atol=1e-5)


def test_losses_of_the_frames_do_not_reach_the_goal() -> None:
    """An adversary gains more by folding the lips than by moving them, so it must not train the goal."""
    torch.manual_seed(0)
    generator = Generator(config())
    frames = generator(
        torch.rand(1, 3, 32, 32), torch.randn(1, 2, 8), torch.rand(1, 2, 6), torch.randn(1, 2, len(FACE_POSE))
    )
    frames.square().sum().backward()
    goal = [generator.displacement, generator.emotion_encoder, generator.pose_encoder, generator.reference_encoder]
    assert all(parameter.grad is None for module in goal if module for parameter in module.parameters())
    assert any(parameter.grad is not None for parameter in generator.code.parameters())


def test_a_flow_fetches_from_where_it_points() -> None:
    ramp = pixel_grid(16, 16, torch.zeros(1)).permute(2, 0, 1)[None]  # every pixel says where it is
    flow = torch.zeros(1, 2, 16, 16)
    flow[:, 0], flow[:, 1, 8:] = 0.25, -0.5
    warped = warp(ramp, flow)[0]
    assert torch.allclose(warped[0, :, :12], ramp[0, 0, :, :12] + 0.25, atol=1e-6)
    assert torch.allclose(warped[1, 12:], ramp[0, 1, 12:] - 0.5, atol=1e-6)


@pytest.mark.parametrize(("size", "channels"), [(50, (8, 8, 8)), (16, (8, 8, 8, 8))])
def test_a_size_that_cannot_be_halved_is_refused(size: int, channels: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="cannot be halved"):
        Generator(config(size, channels))


def test_an_architecture_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValidationError, match="architecture"):
        GeneratorConfig.model_validate({**config().model_dump(), "architecture": "imagined"})


def test_discriminators_score_every_frame_and_clip() -> None:
    assert FrameDiscriminator(4, 2)(torch.zeros(5, 3, 32, 32), torch.zeros(5, 3, 32, 32)).shape == (5,)
    assert EmotionDiscriminator(4, 3)(torch.zeros(2, 3, 3, 32, 32)).shape == (2, 7)


def test_mel_filters_part_the_spectrum_evenly() -> None:
    filters = mel_filters(16000, 512)
    assert filters.shape == (MELS, 257)
    assert (filters.sum(1) > 0).all()
    peaks = filters.argmax(1)
    assert (np.diff(peaks) > 0).all()
    between = filters[:, peaks[0] + 1 : peaks[-1]].sum(0)
    assert np.allclose(between, 1, atol=1e-9)  # neighbouring triangles add up to one


def test_a_tone_is_where_its_frequency_says() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000).astype(np.float32)
    spectra = log_mels(tone, 25, Fraction(25), 16000, 0)
    centres = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + 8000 / 700), MELS + 2)[1:-1] / 2595) - 1)
    assert abs(centres[spectra[:, 50].argmax()] - 1000) < 80
    assert spectra.shape == (MELS, 100)
    assert abs(spectra.mean()) < 1e-4
    assert spectra.std() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("speech", [np.zeros(4000, np.float32), np.zeros(1, np.float32)])
def test_silence_has_finite_spectra(speech: np.ndarray) -> None:
    assert np.isfinite(log_mels(speech, 7, Fraction(25), 16000, MARGIN)).all()


def test_the_number_of_frames_is_exact() -> None:
    assert frame_count(640, Fraction(25), 16000) == 1
    assert frame_count(641, Fraction(25), 16000) == 2
    assert frame_count(16000 * 3600, Fraction(30000, 1001), 16000) == 107893  # 107892.1 in an hour
    assert frame_count(16000 * 1001, Fraction(30000, 1001), 16000) == 30000


def test_the_pose_is_measured_from_landmarks() -> None:
    still = drawn_landmarks(0.2)
    clip = np.stack([still] * 8)
    clip[3] += np.array([3.2, 0], np.float32)
    centre, angle = still.mean(0), 0.1
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    clip[4] = (still - centre) @ turn.T + centre
    clip[5] = (still - centre) * 1.1 + centre
    clip[6] = drawn_landmarks(0.2, lids=0.0)
    motion = face_pose(clip, SIZE) - face_pose(clip, SIZE)[0]
    names = {name: number for number, name in enumerate(FACE_POSE)}
    assert motion[3, names["x"]] == pytest.approx(0.1, abs=1e-5)
    assert motion[4, names["roll"]] == pytest.approx(0.1, abs=1e-5)
    assert motion[5, names["scale"]] == pytest.approx(math.log(1.1), abs=1e-5)
    assert motion[6, names["lids"]] < -0.9
    assert np.abs(motion[[1, 2, 7]]).max() < 1e-6
    assert eye_opening(clip)[6] == pytest.approx(0, abs=1e-6)


def test_an_open_mouth_is_told_from_a_closed_one() -> None:
    clip = np.stack([drawn_landmarks(0), drawn_landmarks(0.5), drawn_landmarks(1)])
    opening = mouth_shape(clip)[:, 0]
    assert opening[0] < opening[1] < opening[2]
    assert opening[1] == 0  # relative to the clip's median


def test_drawn_motion_has_the_measured_spread_and_smoothness() -> None:
    random = np.random.default_rng(0)
    motions = []
    for _ in range(40):
        walk = np.convolve(random.standard_normal(140), np.ones(20) / 20, "same")[20:120]
        motion = np.tile(walk[:, None], (1, 9)) * np.array([1, 2, 3, 4, 5, 6, 0.1, 0.3, 0.3]) + np.arange(9)
        motion[:, 6] = -(random.random(100) < 0.05).astype(float)  # rare blinks
        motions.append(motion + 0.01 * random.standard_normal((100, 9)))
    encoder = PoseEncoder(8)
    encoder.set_statistics(pose_statistics(motions, [HAPPY] * 40))
    noise = torch.randn(4000 + TAPS - 1, 9, generator=torch.Generator().manual_seed(0))
    felt = to_emotion_weights(torch.tensor([HAPPY]), torch.tensor([1.0])).expand(4000, -1)
    drawn = encoder.sample(noise, felt).numpy()
    real = np.concatenate(motions)
    assert np.allclose(drawn.mean(0), real.mean(0), atol=0.15 * real.std(0).max())
    assert np.allclose(drawn[:, :6].std(0), real[:, :6].std(0), rtol=0.15)
    assert (drawn[:, 6] < -0.5).mean() == pytest.approx(0.05, abs=0.03)

    def smoothness(curves: np.ndarray) -> float:
        return float(np.corrcoef(curves[:-1, 0], curves[1:, 0])[0, 1])

    assert smoothness(drawn) == pytest.approx(smoothness(real), abs=0.05)
    assert smoothness(drawn) > 0.8


def test_mirroring_turns_what_has_a_side() -> None:
    motion = np.arange(1.0, 10)[None]
    assert mirror_pose(motion).tolist() == [[-1, 2, 3, -4, -5, 6, 7, -8, 9]]


def test_gaze_is_told_from_the_irises_and_turns_with_the_head() -> None:
    mesh = np.zeros((3, 478, 3), np.float32)
    for iris, first, second, x in ((468, 33, 133, 8.0), (473, 362, 263, 20.0)):
        mesh[:, first, :2], mesh[:, second, :2] = (x - 2, 12), (x + 2, 12)
        mesh[:, iris, :2] = (x, 12)
        mesh[1, iris, :2] += (1, 0.4)
    angle = 0.3
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    mesh[2, :, :2] = mesh[1, :, :2] @ turn.T
    looks = gaze(mesh)
    assert np.allclose(looks, [[0, 0], [0.25, 0.1], [0.25, 0.1]], atol=1e-5)
    landmarks = np.stack([drawn_landmarks(0.2)] * 3)
    assert np.allclose(face_pose(landmarks, SIZE, mesh)[:, 7:], looks)
    assert not face_pose(landmarks, SIZE)[:, 7:].any()


def test_motion_of_no_clips_is_refused() -> None:
    with pytest.raises(ValueError, match="no training clip"):
        pose_statistics([], [])


def test_a_placement_takes_one_pose_to_another() -> None:
    random = np.random.default_rng(0)
    still = drawn_landmarks(0.2)
    angle, growth, shift = 0.2, 1.15, np.array([2.0, -1.5])
    turn = growth * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    warp = (still @ turn.T + shift).astype(np.float32)
    poses = face_pose(np.stack([still, warp]), SIZE)[:, :4]
    matrix = in_plane_transform(poses[:1], poses[1:])[0]
    points = random.uniform(0, SIZE, (5, 2))
    expected = points @ turn.T + shift
    place = (2 * points + 1) / SIZE - 1
    result = ((place @ matrix[:2, :2].T + matrix[:2, 2] + 1) * SIZE - 1) / 2
    assert np.allclose(result, expected, atol=1e-3)
