"""Forward pass, reconstruction loss and validation of phases 2 and 3."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from mien.media.coordinates import to_normalised
from mien.talking.data.batches import Batch, BatchPlan, TalkingData, make_batch
from mien.talking.losses import PerceptualLoss, default_vgg19, feature_weights, flow_loss, pyramid_l1, weighted_l1
from mien.talking.networks.decoding import DecoderOutput, WarpLayers
from mien.talking.networks.generator import Generator
from mien.talking.options import GeneratorOptions
from mien.training.distributed import map_tensors
from mien.training.trainer import Values

VALIDATION_BATCHES = 8


class Output(NamedTuple):
    """The generator's output for a batch.

    Frames, mouth shapes (B, T, 2), and landmarks, normalised: those predicted of the references (B, 68, 2), and the
    goal (B, T, 68, 2).
    """

    decoded: DecoderOutput
    mouth: Tensor
    landmarks: Tensor
    goal: Tensor


def forward(generator: Generator, batch: Batch) -> Output:
    """Forward pass of the generator on a batch, from the references' detected landmarks."""
    speech = generator.speech_encoder(batch.log_mels.flatten(0, 1)).view(*batch.log_mels.shape[:2], -1)
    maps = generator.image_encoder(batch.reference)
    landmarks = to_normalised(batch.reference_landmarks, batch.reference.shape[-1])
    conditions = generator.conditions(landmarks, speech, batch.emotion_weights, batch.pose)
    goal = generator.goal(landmarks, conditions)
    decoded = generator.decode(maps, landmarks, goal, conditions)
    return Output(decoded, generator.speech_encoder.mouth_shape(speech), generator.landmarks(maps), goal)


class PixelLoss:
    """Weighted L1 over a pyramid, VGG perceptual loss, mouth shape, and for a warping decoder landmarks and flow."""

    def __init__(self, options: GeneratorOptions, size: int) -> None:
        """Raises ValueError when a given file of VGG weights cannot be used."""
        self.options, self.size = options, size
        weights = options.perceptual_weights or default_vgg19()
        self.perceptual: PerceptualLoss | None = None
        if options.perceptual_weight > 0 and (options.perceptual_weights is not None or weights.is_file()):
            self.perceptual = PerceptualLoss(weights)

    def weights(self, batch: Batch) -> Tensor:
        """Weights of the pixels of B · T frames, (B · T, 1, S, S) of mean 1."""
        return feature_weights(
            batch.landmarks.flatten(0, 1), self.size, self.options.mouth_weight, self.options.eyes_weight
        )

    def __call__(self, output: Output, batch: Batch, weights: Tensor) -> tuple[Tensor, Values]:
        """The weighted sum of the terms, and the unweighted terms for the curves; `weights` of the pixels."""
        options = self.options
        frames, real = output.decoded.frames.float(), batch.video.flatten(0, 1)
        terms = {
            "l1": (1.0, pyramid_l1(frames, real, weights, options.pyramid_levels)),
            "mouth_shape": (options.mouth_shape_weight, nn.functional.mse_loss(output.mouth.float(), batch.mouth)),
        }
        if output.decoded.layers is not None:
            terms |= self._warp_terms(output.decoded.layers, output, real, weights, batch)
        if self.perceptual is not None:
            some = slice(None, None, max(1, len(frames) // options.perceptual_frames))
            terms["perceptual"] = (options.perceptual_weight, self.perceptual.to(real.device)(frames[some], real[some]))
        total = torch.stack([weight * term for weight, term in terms.values()]).sum()
        return total, {name: term.detach() for name, (_, term) in terms.items()}

    def _warp_terms(
        self, layers: WarpLayers, output: Output, real: Tensor, weights: Tensor, batch: Batch
    ) -> dict[str, tuple[float, Tensor]]:
        """Terms of a warping decoder, with their weights: landmarks, flow and layers."""
        options, size = self.options, self.size
        l1 = nn.functional.l1_loss
        target = to_normalised(batch.landmarks, size)
        reference_points = batch.reference_points.repeat_interleave(batch.points.shape[1], 0)
        flow = flow_loss(layers.flow.float(), batch.points.flatten(0, 1), reference_points, size)
        reference = l1(output.landmarks.float(), to_normalised(batch.reference_landmarks, size)) * size / 2
        return {
            "landmarks": (options.landmark_weight, reference),
            "goal": (options.landmark_weight, l1(output.goal.float(), target) * size / 2),
            "flow": (options.flow_weight, flow),
            "paint": (options.paint_weight, weighted_l1(layers.paint.float(), real, weights * layers.opening.float())),
            "shade": (options.shade_weight, layers.shade.float().abs().mean()),
        }


@torch.no_grad()
def validation_figures(generator: Generator, val: TalkingData) -> dict[str, float]:
    """Mean absolute error, for pixels in [0, 1], of whole frames and of the mouth, on val actors.

    References are neutral frames of the same actor; the pose is the real clip's. Empty without val clips.
    """
    if not len(val):
        return {}
    device = next(generator.parameters()).device
    plan = BatchPlan(0, "validation", 8, 2, reference_shares=(0.0, 1.0, 0.0))
    whole, mouth = 0.0, 0.0
    for step in range(VALIDATION_BATCHES):
        batch = map_tensors(make_batch(val, plan, step), lambda tensor: tensor.to(device))
        error = (forward(generator, batch).decoded.frames - batch.video.flatten(0, 1)).abs() / 2
        weights = feature_weights(batch.landmarks.flatten(0, 1), val.size, 1e6, 0.0)
        whole += float(error.mean()) / VALIDATION_BATCHES
        mouth += float((error * weights).mean()) / VALIDATION_BATCHES
    return {"val_l1": whole, "val_mouth_l1": mouth}
