"""Resampling of all clips to one constant frame rate, with sound at 16 kHz mono."""

from mien.media.resample import ResampleOptions
from stages.paths import CLIP_CACHE, CLIPS, CORPUS, RESAMPLED
from stages.shell import StageRun, run


def resample(options: ResampleOptions, stage: StageRun) -> None:
    """Resample clips of any rate to a constant one."""
    from mien.clips import read_clips, summarise
    from mien.media.resample import resample_clips

    clips = resample_clips(read_clips(CORPUS / CLIPS), options, RESAMPLED, CLIP_CACHE, stage.execution)
    stage.metrics(summarise(clips))


if __name__ == "__main__":
    run(resample)
