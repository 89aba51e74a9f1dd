"""Poses of people in a single picture."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from mien.bodies.detectors.detect import open_detector
from mien.bodies.keypoints import PoseError, PoseTrack, PoseVideo
from mien.follow.adapters.interface import Picture
from mien.follow.generate.request import PoseOptions
from mien.systems.errors import RequestError


def picture_poses(picture: Picture, name: str, options: PoseOptions) -> PoseVideo:
    """The poses of the people in a picture (H, W, 3) of a look, as a video of one frame, the largest person first.

    name: of the file, for messages. Raises RequestError where nobody is found.
    """
    try:
        # a look is no skeleton, whatever the pose video is
        kind = "mediapipe" if options.detector in ("auto", "skeleton") else options.detector
        detector = open_detector(kind, options.weights, boxes=options.boxes)
        try:
            found = detector.detect(picture)
        finally:
            detector.close()
    except PoseError as error:
        raise RequestError(str(error)) from error
    if not found:
        raise RequestError(f"nobody is found in {name}: choose a picture that shows one person from head to feet")
    height, width = picture.shape[:2]
    boxes = [one.box() for one in found]
    sizes = [0.0 if box is None else float(np.prod(box[2:] - box[:2])) for box in boxes]
    order = sorted(range(len(found)), key=lambda number: -sizes[number])
    people = tuple(
        PoseTrack(found[row].points[None], found[row].confidence[None], number) for number, row in enumerate(order)
    )
    return PoseVideo(width, height, Fraction(1), people, 1)
