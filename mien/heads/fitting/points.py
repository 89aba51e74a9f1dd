"""Correspondence between the points of a detector and vertices of the embedded head.

The tables are calibrated by `python benchmarks/head_fitting.py calibrate`: it renders random people (of a seed that no
corpus uses) with known cameras, rotated by up to 0.6 radians and with random expressions, runs MediaPipe on them, and
determines for each of its points the vertex that moves like it, their constant offset, the remaining standard
deviation, and the fraction of each motion that MediaPipe shows. This removes biases of the detector, such as eyes that
are too wide.

Two biases remain: MediaPipe shows about 0.7 of a nod, and a frown looks like a pitch of 2 degrees up. Correcting them
made the errors larger, because it amplifies the noise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mien.heads.embedded.head import EmbeddedHead
from mien.heads.head import HEAD_HEIGHT

Calibration = Literal["mediapipe", "exact"]

_UNIT = 1000 * HEAD_HEIGHT  # the tables are in hundredths of a millimetre

MESH_TABLE: tuple[tuple[int, int, int, int, int, int], ...] = (
    (0, 296, 0, 98, 3, 131), (1, 2377, 0, 46, 120, 231), (2, 2380, 0, 171, 258, 173), (3, 3044, -86, -15, 146, 518),
    (4, 2374, 0, -95, 18, 222), (5, 2372, 0, 169, 15, 196), (6, 2364, 0, 80, 136, 309), (8, 2358, 0, 124, 42, 147),
    (9, 2356, 0, -65, -7, 174), (13, 221, 0, 7, -61, 118), (14, 220, 0, 41, 109, 146), (17, 320, 0, 9, 80, 139),
    (18, 420, 0, 140, 177, 199), (19, 2378, 0, -22, 215, 211), (33, 2517, 170, -102, -83, 129),
    (36, 3323, 105, 182, -156, 175), (37, 2793, -131, 48, -58, 134), (39, 2819, -31, -33, -37, 141),
    (40, 2821, 3, -7, -55, 146), (45, 3048, -137, -354, 114, 642), (46, 3439, 36, -129, 116, 149),
    (48, 3156, -103, 154, -41, 519), (50, 3446, 62, 132, 93, 197), (52, 3344, 273, 11, -32, 132),
    (53, 3373, -16, -188, -54, 134), (55, 3241, -119, -103, 2, 107), (58, 3617, -153, -228, 107, 233),
    (61, 2735, 134, 9, -17, 130), (63, 3404, 125, 207, 40, 145), (64, 3174, -36, 140, 11, 499),
    (65, 3274, -165, -99, -137, 132), (66, 3289, 24, -105, -84, 115), (69, 3314, 175, -84, -23, 160),
    (70, 3439, -275, 116, -62, 166), (78, 2732, 215, -59, -62, 138), (80, 2704, -117, 6, -79, 134),
    (81, 2703, 13, 30, -9, 128), (82, 2701, -19, 46, 31, 124), (83, 2905, -203, 86, 125, 204),
    (84, 2812, 90, -91, 42, 133), (87, 2721, -24, 6, 54, 142), (88, 2740, 96, 93, -120, 133),
    (91, 2808, 7, -43, -35, 126), (93, 4045, -7, -127, -49, 236), (94, 2378, 0, -147, 73, 194),
    (95, 2716, 19, 14, -56, 134), (97, 3077, -95, -47, 98, 165), (98, 3158, 2, 56, -22, 167),
    (101, 3320, 44, -483, -173, 163), (104, 3370, -161, -205, -64, 161), (105, 3343, -92, -34, -124, 135),
    (107, 3240, 14, 185, -44, 123), (108, 3254, 12, -175, -56, 164), (115, 3138, -128, 133, 40, 544),
    (117, 3442, -131, -182, -6, 197), (118, 3375, -238, -375, -38, 180), (122, 3039, -252, -57, 142, 442),
    (123, 3538, -277, 270, 120, 234), (127, 3992, 23, 50, 60, 214), (133, 2558, 194, 28, 51, 102),
    (136, 3571, -41, 109, 114, 206), (144, 2523, 172, -38, -153, 105), (145, 2526, -106, -18, -138, 102),
    (146, 2806, 100, -19, -34, 128), (148, 3265, -144, 336, 39, 157), (150, 3496, 79, 134, 96, 188),
    (151, 2354, 0, 238, -17, 174), (152, 2388, 0, 448, 296, 145), (153, 2583, -11, 159, -84, 96),
    (154, 2529, 45, -44, -50, 96), (157, 2535, -71, -38, 0, 104), (158, 2565, -109, -146, -66, 111),
    (159, 2567, 22, -173, -97, 117), (160, 2569, 144, -164, -86, 119), (161, 2515, 185, -1, -95, 121),
    (163, 2522, 92, -17, -162, 113), (164, 2381, 0, -53, 221, 175), (168, 2360, 0, -147, 78, 279),
    (173, 2530, 126, 131, 24, 104), (175, 2386, 0, 449, 16, 268), (176, 3308, -296, 541, 232, 171),
    (178, 2719, 12, -4, 16, 134), (181, 2810, 6, -95, 3, 132), (185, 2730, -117, 112, -99, 140),
    (187, 3485, -173, -199, 179, 234), (191, 2706, 9, 3, -72, 137), (195, 2369, 0, 73, 99, 360),
    (196, 3042, -119, 54, 151, 483), (197, 2367, 0, 173, 95, 335), (199, 2383, 0, -287, -129, 275),
    (200, 2382, 0, -192, 83, 215), (201, 3243, 77, -199, 64, 233), (205, 3351, -151, -67, -42, 190),
    (220, 3095, -211, -208, 145, 580), (248, 568, 86, -15, 146, 518), (263, 13, -170, -102, -83, 129),
    (266, 847, -105, 182, -156, 175), (267, 298, 131, 48, -58, 134), (269, 326, 31, -33, -37, 141),
    (270, 328, -3, -7, -55, 146), (275, 572, 137, -354, 114, 642), (276, 963, -36, -129, 116, 149),
    (278, 680, 103, 154, -41, 519), (280, 970, -62, 132, 93, 197), (282, 868, -273, 11, -32, 132),
    (283, 897, 16, -188, -54, 134), (285, 765, 119, -103, 2, 107), (288, 1141, 153, -228, 107, 233),
    (291, 234, -134, 9, -17, 130), (293, 928, -125, 207, 40, 145), (294, 698, 36, 140, 11, 499),
    (295, 798, 165, -99, -137, 132), (296, 813, -24, -105, -84, 115), (299, 838, -175, -84, -23, 160),
    (300, 963, 275, 116, -62, 166), (308, 231, -215, -59, -62, 138), (310, 201, 117, 6, -79, 134),
    (311, 200, -13, 30, -9, 128), (312, 198, 19, 46, 31, 124), (313, 418, 203, 86, 125, 204),
    (314, 317, -90, -91, 42, 133), (317, 218, 24, 6, 54, 142), (318, 239, -96, 93, -120, 133),
    (321, 313, -7, -43, -35, 126), (323, 1569, 7, -127, -49, 236), (324, 213, -19, 14, -56, 134),
    (326, 601, 95, -47, 98, 165), (327, 682, -2, 56, -22, 167), (330, 844, -44, -483, -173, 163),
    (333, 894, 161, -205, -64, 161), (334, 867, 92, -34, -124, 135), (336, 764, -14, 185, -44, 123),
    (337, 778, -12, -175, -56, 164), (344, 662, 128, 133, 40, 544), (346, 966, 131, -182, -6, 197),
    (347, 899, 238, -375, -38, 180), (351, 563, 252, -57, 142, 442), (352, 1062, 277, 270, 120, 234),
    (356, 1516, -23, 50, 60, 214), (362, 54, -194, 28, 51, 102), (365, 1095, 41, 109, 114, 206),
    (373, 19, -172, -38, -153, 105), (374, 22, 106, -18, -138, 102), (375, 311, -100, -19, -34, 128),
    (377, 789, 144, 336, 39, 157), (379, 1020, -79, 134, 96, 188), (380, 79, 11, 159, -84, 96),
    (381, 25, -45, -44, -50, 96), (384, 31, 71, -38, 0, 104), (385, 61, 109, -146, -66, 111),
    (386, 63, -22, -173, -97, 117), (387, 65, -144, -164, -86, 119), (388, 11, -185, -1, -95, 121),
    (390, 18, -92, -17, -162, 113), (398, 26, -126, 131, 24, 104), (400, 832, 296, 541, 232, 171),
    (402, 216, -12, -4, 16, 134), (405, 315, -6, -95, 3, 132), (409, 229, 117, 112, -99, 140),
    (411, 1009, 173, -199, 179, 234), (415, 203, -9, 3, -72, 137), (419, 566, 119, 54, 151, 483),
    (421, 767, -77, -199, 64, 233), (425, 875, 151, -67, -42, 190), (440, 619, 211, -208, 145, 580),
    (468, 5174, 23, -5, -97, 131), (473, 4836, -23, -5, -97, 131),
)  # fmt: skip
"""Point of MediaPipe's mesh; vertex; offset x, y, z of the point from the vertex on the resting head and the standard
deviation around it, in 1/1000 cm. The last two are the irises."""

LANDMARK_TABLE: tuple[tuple[int, int, int, int], ...] = (
    (172, 48, 574, 387), (98, 337, 259, 386), (-189, 53, -255, 408), (-201, 147, 254, 391), (-423, 444, -204, 400),
    (-425, 454, -302, 359), (-328, 401, -276, 342), (-256, 412, -16, 280), (0, 338, 65, 249), (256, 412, -16, 280),
    (328, 401, -276, 342), (425, 454, -302, 359), (423, 444, -204, 400), (201, 147, 254, 391), (189, 53, -255, 408),
    (-98, 337, 259, 386), (-172, 48, 574, 387), (-121, -7, 24, 153), (-145, -8, -108, 135), (-254, 202, -169, 145),
    (-193, 132, -126, 130), (-177, 280, 31, 115), (177, 280, 31, 115), (193, 132, -126, 130), (254, 202, -169, 145),
    (145, -8, -108, 135), (121, -7, 24, 153), (0, -35, 139, 145), (0, -121, 180, 177), (0, -70, 108, 197),
    (0, 142, -14, 232), (-83, -170, -151, 175), (-95, -47, 98, 165), (0, 171, 258, 173), (95, -47, 98, 165),
    (83, -170, -151, 175), (257, -53, -22, 136), (275, 74, -98, 123), (-18, 50, -116, 119), (37, -85, 156, 117),
    (74, -17, -126, 97), (386, -107, -123, 110), (-37, -85, 156, 117), (18, 50, -116, 119), (-275, 74, -98, 123),
    (-257, -53, -22, 136), (-386, -107, -123, 110), (-74, -17, -126, 97), (324, -22, 74, 133), (-9, -20, -52, 146),
    (-131, -61, -13, 140), (0, 4, 55, 136), (131, -61, -13, 140), (9, -20, -52, 146), (-324, -22, 74, 133),
    (323, 279, -114, 169), (181, 104, 59, 138), (0, 118, 169, 141), (-181, 104, 59, 138), (-323, 279, -114, 169),
    (414, -40, 84, 149), (13, 30, -9, 128), (0, 88, 90, 124), (-13, 30, -9, 128), (-414, -40, 84, 149),
    (-12, -4, 16, 134), (0, 41, 109, 146), (12, -4, 16, 134),
)  # fmt: skip
"""For each iBUG point as `mien.faces.detectors.mediapipe_mesh` makes it: offset x, y, z from the landmark vertex, and
the standard deviation, in 1/1000 cm."""


GAINS: Mapping[str, float] = MappingProxyType(
    {
        "browDown": 0.43, "browInnerUp": 0.35, "browOuterUp": 0.71, "cheekSquint": 0.46, "eyeBlink": 0.93,
        "eyeSquint": 0.74, "eyeWide": 0.57, "jawOpen": 1.00, "mouthDimple": 1.00, "mouthFrown": 0.85,
        "mouthFunnel": 0.66, "mouthLowerDown": 0.75, "mouthPress": 0.36, "mouthPucker": 0.69, "mouthRollLower": 0.54,
        "mouthRollUpper": 0.49, "mouthShrugLower": 0.95, "mouthShrugUpper": 1.00, "mouthSmile": 0.83,
        "mouthStretch": 0.61, "mouthUpperUp": 0.98, "noseSneer": 0.65, "jawLeft": 0.35, "mouthLeft": 0.64,
        "gaze": 0.63, "jawRight": 0.35, "mouthRight": 0.64,
    }
)  # fmt: skip
"""Fraction of each motion that MediaPipe shows, equal for left and right; at least 0.35, to limit the noise."""


@dataclass(frozen=True, eq=False)
class Correspondence:
    """P corresponding points of detector and head.

    source: (P,) indices into the detector's points. vertices: (P,) of the embedded head. offsets: (P, 3) and
    deviations: (P,) in head units. gains: of `PointModel`.
    """

    source: NDArray[np.int64]
    vertices: NDArray[np.int64]
    offsets: NDArray[np.float64]
    deviations: NDArray[np.float64]
    gains: Mapping[str, float]


def _gains(calibration: Calibration) -> dict[str, float]:
    if calibration == "exact":
        return {}
    return {name + side: gain for name, gain in GAINS.items() for side in ("", "Left", "Right")}


def mesh_points(calibration: Calibration) -> Correspondence:
    """Points of MediaPipe's mesh; `exact`: they are the vertices, without offsets."""
    table = np.array(MESH_TABLE)
    return Correspondence(
        source=table[:, 0],
        vertices=table[:, 1],
        offsets=table[:, 2:5] / _UNIT * (calibration == "mediapipe"),
        deviations=table[:, 5] / _UNIT,
        gains=_gains(calibration),
    )


def landmark_points(head: EmbeddedHead, calibration: Calibration) -> Correspondence:
    """The 68 iBUG points; `exact`: they are the landmark vertices, without offsets."""
    table = np.array(LANDMARK_TABLE)
    return Correspondence(
        source=np.arange(68),
        vertices=head.landmark_vertices,
        offsets=table[:, :3] / _UNIT * (calibration == "mediapipe"),
        deviations=table[:, 3] / _UNIT,
        gains=_gains(calibration),
    )
