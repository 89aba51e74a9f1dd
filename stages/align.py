"""Landmark detection, alignment and filtering; aligned faces in HDF5 shards."""

from mien.faces.options import AlignOptions
from stages.paths import CLIP_CACHE, CLIPS, FACES, RESAMPLED
from stages.shell import StageRun, run


def align(options: AlignOptions, stage: StageRun) -> None:
    """Detect, check, align and crop the face of every clip."""
    from mien.clips import read_clips, summarise
    from mien.faces.align import align_clips

    clips = align_clips(read_clips(RESAMPLED / CLIPS), options, FACES, CLIP_CACHE, stage.execution)
    stage.metrics(summarise(clips))


if __name__ == "__main__":
    run(align)
