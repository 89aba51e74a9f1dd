"""The rows of an evaluation: sources of the measured clips, with the same names in every system."""

from __future__ import annotations

REAL = "real"
REPEATED = "repeated"
SHUFFLED = "shuffled"
BASELINE = "baseline"
FIRST_SAMPLE = "first_sample"
SCORED = "scored"
GENERATED = "generated"
RANDOM, NEAREST, SEARCH, GRADIENT = "random", "nearest", "search", "gradient"
REAL_MOTION = "real_motion"

ROWS = {
    REAL: "the recordings, or the corpus' own clips: the upper bound of a figure",
    REPEATED: "the reference frame, repeated: the lower bound of what moves",
    SHUFFLED: "generated clips paired with the condition of another clip: chance level",
    BASELINE: "the baseline model that was trained beside the model, where it was",
    RANDOM: "samples of the unconditional prior: chance level",
    NEAREST: "the training sample that is nearest to the prompt under the guide",
    SEARCH: "search under the guide alone, without a trained prior",
    GRADIENT: "gradients of the guide alone, without a trained prior",
    FIRST_SAMPLE: "the model's first sample of each prompt, without selection among several",
    SCORED: "of several samples of each prompt the one with the highest score of the discriminator",
    GENERATED: "the model as users run it",
    REAL_MOTION: "the model conditioned on the real clip's own head motion, gaze and blinks",
}
"""Name → meaning. A system has the rows that apply to it; a row that was not measured is absent."""
