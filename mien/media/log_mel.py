"""Log-mel spectra of speech in step with a video: exactly `STEPS_PER_FRAME` spectra for each video frame.

At 25 frames per second that is one spectrum every 10 ms. Positions are exact fractions, so no frame rate drifts
against the sound.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

MELS = 40
STEPS_PER_FRAME = 4
WINDOW_SECONDS = Fraction(25, 1000)
DYNAMIC_RANGE = float(np.log(1e6))  # 60 dB below the clip's loudest band, so that digital silence is no outlier
MARGIN = 15
"""Additional spectra before the first and after the last frame, as context for networks; 150 ms at 25 frames/s."""
_BLOCK = 256  # spectra computed at once, so that memory beyond the result does not grow with the length


def frame_count(samples: int, fps: Fraction, sample_rate: int) -> int:
    """Number of video frames that cover `samples` of sound: ⌈samples · fps / sample_rate⌉."""
    return -(-samples * fps.numerator // (sample_rate * fps.denominator))


def mel_filters(sample_rate: int, transform: int, mels: int = MELS) -> NDArray[np.float64]:
    """Triangular filters (mels, transform // 2 + 1), evenly spaced on the mel scale 2595·log10(1 + f / 700)."""
    nyquist = sample_rate / 2
    edges = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + nyquist / 700), mels + 2) / 2595) - 1)
    frequencies = np.linspace(0, nyquist, transform // 2 + 1)
    rising = (frequencies - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - frequencies) / (edges[2:] - edges[1:-1])[:, None]
    return np.asarray(np.maximum(0, np.minimum(rising, falling)))


def log_mels(
    speech: NDArray[np.float32], frames: int, fps: Fraction, sample_rate: int, margin: int = MARGIN
) -> NDArray[np.float32]:
    """Standardised log-mel spectra (MELS, margin + frames · STEPS_PER_FRAME + margin) of a whole clip.

    `speech` (N,) in [−1, 1] at `sample_rate` hertz; spectrum k is centred at (k − margin + ½) · hop. The clip's own
    spectra have mean 0 and standard deviation 1 over all bands. Before and after the clip is silence.
    """
    hop = Fraction(sample_rate) / (fps * STEPS_PER_FRAME)
    width = round(WINDOW_SECONDS * sample_rate)
    transform = 1 << (width - 1).bit_length()
    filters = mel_filters(sample_rate, transform).T
    window = np.hanning(width + 1)[:-1]
    total = 2 * margin + frames * STEPS_PER_FRAME
    spectra = np.empty((total, MELS), np.float32)
    for first in range(0, total, _BLOCK):
        last = min(first + _BLOCK, total)
        starts = [((2 * (k - margin) + 1) * hop.numerator) // (2 * hop.denominator) for k in range(first, last)]
        indices = np.asarray(starts)[:, None] - width // 2 + np.arange(width)
        inside = (indices >= 0) & (indices < len(speech))
        pieces = np.where(inside, speech[np.clip(indices, 0, max(0, len(speech) - 1))], 0) if len(speech) else 0.0
        power = np.abs(np.fft.rfft(pieces * window * np.ones((last - first, 1)), transform)) ** 2
        spectra[first:last] = np.log(power @ filters + 1e-10)
    own = spectra[margin : total - margin]
    np.maximum(spectra, own.max() - DYNAMIC_RANGE, out=spectra)
    return np.ascontiguousarray(((spectra - own.mean()) / max(float(own.std()), 1e-3)).T)
