"""Head motions with texts: computed, and measured in aligned clips and in videos."""

from mien.motion.options import MotionClipsOptions
from stages.paths import FACES, MOTIONS, SPLIT
from stages.shell import StageRun, run


def motion_clips(options: MotionClipsOptions, stage: StageRun) -> None:
    """Head rotation, translation, gaze and expression, 25 times a second, each sequence with its sentences."""
    from mien.motion.corpus.corpus import make_motion_clips

    stage.metrics(make_motion_clips(options, FACES, SPLIT, MOTIONS, stage.execution))


if __name__ == "__main__":
    run(motion_clips)
