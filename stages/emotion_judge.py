"""The emotion judge: a classifier for evaluation only, which is not part of any loss."""

from mien.talking.options import EmotionJudgeOptions
from stages.paths import FACES, MODELS, SPLIT
from stages.shell import StageRun, run


def emotion_judge(options: EmotionJudgeOptions, stage: StageRun) -> None:
    """Train the judge on real clips of the train actors."""
    from mien.talking.judge.train import train_emotion_judge

    stage.metrics(train_emotion_judge(FACES, SPLIT, options, MODELS / "emotion_judge", stage.training))


if __name__ == "__main__":
    run(emotion_judge, distributed=True)
