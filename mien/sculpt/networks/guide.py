"""Guides: how well a head's pictures fit a sentence, by the CLIP trained here or by one of transformers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional

from mien.files import read_json
from mien.sculpt.corpus.truth import option_slices
from mien.sculpt.networks.clip import HeadClip
from mien.storage.checksummed_json import read_checksummed_json, write_checksummed_json
from mien.text.checkpoints import Checkpoint, find_checkpoint, load_joint_model
from mien.text.interface import TextEncoderError

CROPS: tuple[str, str] = ("whole", "face")

JOINT_MODELS = ("clip", "siglip", "siglip2")
"""Types of transformers' models that can be a guide."""

CHOICE = "transformers.json"
"""File of a folder of head_clip in which a model of transformers is named as guide."""

_BATCH = 256
_PADDED = ("siglip", "siglip2")  # trained on texts that are padded to the maximum


class GuideError(ValueError):
    """A guide cannot be used; the message gives the reason."""


class Guide(Protocol):
    """Texts and pictures of heads in one space.

    crops: of the pictures that it sees, as of `View`. size: side of these pictures in pixels.
    """

    crops: tuple[str, ...]
    size: int

    def text_features(self, texts: Sequence[str]) -> Tensor:
        """Unit-norm embeddings float32 (N, E) of texts."""
        ...

    def picture_features(self, pictures: Tensor) -> Tensor:
        """Unit-norm embeddings float32 (B, E) of pictures (B, C, 3, S, S) in [0, 1] of C crops; differentiable."""
        ...

    def option_log_probabilities(self, pictures: Tensor) -> dict[str, Tensor] | None:
        """Log-probabilities (B, O) of the options of every attribute, seen in pictures (B, C, 3, S, S); differentiable.

        None from a guide that has no classifiers.
        """
        ...


class OwnGuide:
    """The guide in a folder of the stage head_clip, or the judge in its folder `judge`.

    Raises ValueError if there is none or it is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._use(HeadClip.load(folder))

    @classmethod
    def of(cls, clip: HeadClip) -> OwnGuide:
        """The guide of a model in memory, in evaluation mode."""
        guide = cls.__new__(cls)
        guide._use(clip)
        return guide

    def _use(self, clip: HeadClip) -> None:
        self.clip, self.crops, self.size = clip, clip.crops, clip.size

    @torch.no_grad()
    def text_features(self, texts: Sequence[str]) -> Tensor:
        """See `Guide`."""
        device = self.clip.device
        rows = [torch.zeros(0, self.clip.embedding, device=device)]
        for start in range(0, len(texts), _BATCH):
            tokens, mask = self.clip.read(texts[start : start + _BATCH])
            rows.append(self.clip.embed_tokens(tokens.to(device), mask.to(device)))
        return torch.cat(rows)

    def picture_features(self, pictures: Tensor) -> Tensor:
        """See `Guide`."""
        return self.clip.embed_pictures(self._seen(pictures))

    def option_log_probabilities(self, pictures: Tensor) -> dict[str, Tensor] | None:
        """See `Guide`."""
        said = self.clip.log_probabilities(self.clip.features(self._seen(pictures)))
        return {name: said[:, columns] for name, columns in option_slices().items()}

    def _seen(self, pictures: Tensor) -> Tensor:
        _check(pictures, len(self.crops))
        return _resized(pictures.to(self.clip.device), self.size)


class TransformersGuide:
    """A CLIP or SigLIP of transformers (Radford et al., ICML 2021; Zhai et al., ICCV 2023), frozen, without training.

    name: on the Hugging Face hub, such as openai/clip-vit-base-patch32, or its folder. download: whether it may be
    downloaded if it is not on this machine. Pictures are resized and normalised as its own processor does, and the
    embedding of a head is the mean of those of its crops. Raises GuideError.
    """

    def __init__(self, name: str, download: bool = False) -> None:
        try:
            self._checkpoint = find_checkpoint(name, download)
            self._model = load_joint_model(self._checkpoint, JOINT_MODELS)
        except TextEncoderError as error:
            raise GuideError(f"{name[:100]!r} cannot guide: {error}") from error
        config = self._checkpoint.config
        self.crops: tuple[str, ...] = CROPS
        self.size = int(config.vision_config.image_size)
        self._mean, self._deviation = _normalisation(self._checkpoint, name, download)

    @property
    def fingerprint(self) -> str:
        """Hex SHA-256 of weights, configuration and tokenizer."""
        return self._checkpoint.fingerprint

    @torch.no_grad()
    def text_features(self, texts: Sequence[str]) -> Tensor:
        """See `Guide`; further words than the model reads are cut off."""
        longest = int(self._checkpoint.text_config.max_position_embeddings)
        padded = self._checkpoint.config.model_type in _PADDED
        rows = []
        for start in range(0, len(texts), _BATCH):
            read = self._checkpoint.tokenizer(
                [text.encode("utf-8", "replace").decode("utf-8") for text in texts[start : start + _BATCH]],
                padding="max_length" if padded else True,
                truncation=True,
                max_length=longest,
                return_tensors="pt",
            )
            # the SigLIPs attend to the padding too, as in their training
            mask = {} if padded else {"attention_mask": read["attention_mask"]}
            rows.append(_unit(self._model.get_text_features(input_ids=read["input_ids"], **mask)))
        return torch.cat(rows) if rows else torch.zeros(0, 1)

    def picture_features(self, pictures: Tensor) -> Tensor:
        """See `Guide`."""
        _check(pictures, len(self.crops))
        mean, deviation = self._mean.to(pictures.device), self._deviation.to(pictures.device)
        seen = (_resized(pictures, self.size) - mean) / deviation
        embedded = _unit(self._model.get_image_features(pixel_values=seen.flatten(0, 1)))
        return functional.normalize(embedded.unflatten(0, (len(pictures), -1)).mean(dim=1), dim=1)

    def option_log_probabilities(self, pictures: Tensor) -> dict[str, Tensor] | None:
        """None: it has no classifiers."""
        del pictures
        return None


def write_choice(folder: Path, model: str, fingerprint: str, download: bool) -> None:
    """Note in a folder of the stage head_clip that a model of transformers is the guide."""
    write_checksummed_json(folder / CHOICE, {"model": model, "fingerprint": fingerprint, "download": download})


def open_guide(folder: Path) -> Guide:
    """The guide of the stage head_clip in its folder: the one trained there, or the model of transformers chosen.

    Raises ValueError, GuideError among them: for no or a damaged folder, and for another model of that name.
    """
    if not (folder / CHOICE).is_file():
        return OwnGuide(folder)
    try:
        chosen = read_checksummed_json(folder / CHOICE)
        name, expected, download = str(chosen["model"]), chosen["fingerprint"], chosen["download"] is True
    except (OSError, ValueError, KeyError) as error:
        raise GuideError(f"{folder / CHOICE} is damaged: run the head_clip stage again") from error
    guide = TransformersGuide(name, download)
    if guide.fingerprint != expected:
        raise GuideError(f"{name[:100]!r} is not the model that head_clip chose: run the head_clip stage again")
    return guide


def _check(pictures: Tensor, crops: int) -> None:
    if pictures.ndim != 5 or pictures.shape[1:3] != (crops, 3):
        raise ValueError(f"pictures must be (B, {crops}, 3, S, S), not {tuple(pictures.shape)}")


def _resized(pictures: Tensor, size: int) -> Tensor:
    """Pictures (B, C, 3, S, S) → (B, C, 3, size, size), bicubic with antialiasing, as the processors do."""
    if pictures.shape[-1] == size == pictures.shape[-2]:
        return pictures
    flat = pictures.flatten(0, 1)
    sized = functional.interpolate(flat, (size, size), mode="bicubic", antialias=True, align_corners=False)
    return sized.clamp(0, 1).unflatten(0, (len(pictures), -1))


def _unit(output: Any) -> Tensor:
    """Unit-norm float32 rows of a model's answer, which newer versions wrap."""
    features: Tensor = getattr(output, "pooler_output", output)
    return functional.normalize(features.float(), dim=1)


def _normalisation(checkpoint: Checkpoint, name: str, download: bool) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation (3, 1, 1) of the model's picture processor."""
    try:
        content = read_json(_processor_file(checkpoint, name, download))
        content = content.get("image_processor", content)
        mean, deviation = (torch.tensor(content[key], dtype=torch.float32) for key in ("image_mean", "image_std"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise GuideError(
            f"{name[:100]!r} cannot guide: it has no preprocessor_config.json with image_mean and image_std"
        ) from error
    if mean.shape != (3,) or deviation.shape != (3,) or not (deviation > 0).all() or not mean.isfinite().all():
        raise GuideError(f"{name[:100]!r} cannot guide: image_mean and image_std must be three numbers each")
    return mean[:, None, None], deviation[:, None, None]


def _processor_file(checkpoint: Checkpoint, name: str, download: bool) -> Path:
    folders = [checkpoint.weights, Path(checkpoint.name)]
    names = ("preprocessor_config.json", "processor_config.json")
    for path in (folder / file for folder in folders for file in names):
        if path.is_file():
            return path
    if checkpoint.weights == Path(checkpoint.name):
        raise FileNotFoundError(names[0])
    from huggingface_hub import hf_hub_download

    return Path(hf_hub_download(name, names[0], local_files_only=not download))
