"""Figures of a CLIP of heads on people: accuracy of its classifiers and of zero-shot prompts, and R-precision."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from mien.metrics.motion import r_precision
from mien.sculpt.clip.data import ClipData, scaled
from mien.sculpt.corpus.attributes import SHAPES, attributes
from mien.sculpt.corpus.captions import describe
from mien.sculpt.corpus.prompts import class_prompts
from mien.sculpt.corpus.truth import option_slices
from mien.sculpt.corpus.visibility import known_of
from mien.sculpt.networks.guide import Guide

RETRIEVED = 64
"""Of so many people, a picture finds its own text, and a text its own picture."""

NAMED = (6, 7, 8)
"""Topics of the texts for retrieval."""

BATCH = 64


def over_pictures(function: Callable[[Tensor], Tensor], data: ClipData, view: int = 0) -> Tensor:
    """The function's rows for the pictures of all people in one view, in batches."""
    pictures = data.pictures[:, view % data.pictures.shape[1]]
    device = next(function.parameters()).device if isinstance(function, torch.nn.Module) else torch.device("cpu")
    with torch.no_grad():
        rows = [function(scaled(part.to(device))) for part in pictures.split(BATCH)]
    return torch.cat(rows).float().cpu()


def balanced(chosen: Tensor, truth: Tensor) -> float:
    """Accuracy in [0, 1] of choices (N,), the mean over the options that occur in `truth` (N,)."""
    return float(np.mean([float((chosen[truth == one] == one).float().mean()) for one in truth.unique()]))


def classified(classifier: torch.nn.Module, data: ClipData) -> dict[str, float]:
    """Balanced accuracy of logits (B, O) of pictures: attribute → accuracy where it can be seen."""
    logits = over_pictures(classifier, data)
    found = {}
    for number, (name, columns) in enumerate(option_slices().items()):
        seen = data.seen[:, number]
        if seen.any():
            found[name] = balanced(logits[seen, columns].argmax(dim=1), data.options[seen, number])
    return found


def zero_shot(guide: Guide, pictures: Tensor, data: ClipData) -> dict[str, float]:
    """Balanced accuracy of the nearest option's prompts to picture embeddings (N, E): attribute → accuracy.

    Only options that words name are chosen from; people with another one, or with whom it cannot be seen, do not count.
    """
    found = {}
    for number, name in enumerate(attributes()):
        prompts = class_prompts(name)
        if len(prompts) < 2:
            continue
        texts = [text for own in prompts.values() for text in own]
        embedded = guide.text_features(texts).float().cpu().split([len(own) for own in prompts.values()])
        classes = torch.stack([torch.nn.functional.normalize(own.mean(dim=0), dim=0) for own in embedded])
        options = torch.tensor([attributes()[name].index(option) for option in prompts])
        truth = data.options[:, number]
        counted = data.seen[:, number] & torch.isin(truth, options)
        if counted.any():
            found[name] = balanced(options[(pictures[counted] @ classes.T).argmax(dim=1)], truth[counted])
    return found


def retrieval_texts(data: ClipData, seed: int = 0) -> list[str]:
    """A text about 6 to 8 topics for each person."""
    rng, known = random.Random(seed), attributes()
    texts = []
    for row in data.options.tolist():
        options = {name: one.options[number] for (name, one), number in zip(known.items(), row, strict=True)}
        texts.append(describe(rng, known_of(options), rng.choice(NAMED)).text)
    return texts


def measured(guide: Guide, data: ClipData) -> dict[str, float]:
    """R-precision of 64 in both directions, mean zero-shot accuracies, and those of every attribute.

    Without R-precision for fewer than 64 people.
    """
    pictures = over_pictures(guide.picture_features, data)
    figures: dict[str, float] = {}
    if len(data) >= RETRIEVED:
        texts = guide.text_features(retrieval_texts(data)).double().cpu().numpy()
        seen = pictures.double().numpy()
        figures["val_r_precision"] = float(r_precision(seen, texts, RETRIEVED, 1)[0])
        figures["val_r_precision_text"] = float(r_precision(texts, seen, RETRIEVED, 1)[0])
    accuracy = zero_shot(guide, pictures, data)
    look = [value for name, value in accuracy.items() if name not in SHAPES]
    shape = [value for name, value in accuracy.items() if name in SHAPES]
    means = {"val_look": float(np.mean(look)), "val_shape": float(np.mean(shape))} if look and shape else {}
    return figures | means | {f"val_{name}": value for name, value in accuracy.items()}
