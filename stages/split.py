"""Split of the actors into train, val and test."""

from mien.corpora.split import SplitOptions
from stages.paths import CLIPS, FACES, SPLIT
from stages.shell import StageRun, run


def split(options: SplitOptions, stage: StageRun) -> None:
    """Split the actors, and with them their clips; or single clips, where `val_clips` names them."""
    from mien.clips import read_clips
    from mien.corpora.split import split_clips, summarise_split, write_split

    clips = [clip for clip in read_clips(FACES / CLIPS) if clip.ok]
    parts = split_clips(clips, options)
    write_split(SPLIT, clips, parts, by_clip=options.val_clips is not None)
    stage.metrics(summarise_split(clips, parts))


if __name__ == "__main__":
    run(split)
