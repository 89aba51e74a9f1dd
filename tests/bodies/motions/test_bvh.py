"""BVH files, written here: known angles come back as positions; hostile files are named in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mien.bodies.keypoints import INDEX, PoseError
from mien.bodies.motions.bvh import load_bvh
from mien.bodies.motions.bvh_names import joints_by_role
from mien.bodies.motions.captured import HEIGHT, read_bvh

USUAL = ("{Side}UpLeg {Side}Leg {Side}Foot {Side}ToeBase", "{Side}Shoulder {Side}Arm {Side}ForeArm {Side}Hand")
STYLES = {
    "mixamo": ("mixamorig:", *USUAL),
    "cmu": ("", *USUAL),
    "makehuman": (
        "", "upperleg01.{S} lowerleg01.{S} foot.{S} toe1-1.{S}", "clavicle.{S} upperarm01.{S} lowerarm01.{S} wrist.{S}",
    ),
    "poser": ("", "{s}Thigh {s}Shin {s}Foot {s}Toe", "{s}Collar {s}Shldr {s}ForeArm {s}Hand"),
}  # fmt: skip
LEG = ("8 -4 0", "0 -40 0", "0 -40 0", "0 -5 12")
ARM = ("4 44 0", "12 0 0", "28 0 0", "25 0 0")


def chain(names: list[str], offsets: tuple[str, ...], sign: int) -> str:
    text, closing = "", ""
    for name, offset in zip(names, offsets, strict=True):
        x, y, z = offset.split()
        text += f"JOINT {name}\n{{\nOFFSET {sign * float(x)} {y} {z}\nCHANNELS 3 Zrotation Xrotation Yrotation\n"
        closing += "}\n"
    return f"{text}End Site\n{{\nOFFSET 0 0 1\n}}\n{closing}"


def skeleton(style: str) -> str:
    prefix, legs, arms = STYLES[style]
    body = ""
    for side, sign in (("Left", 1), ("Right", -1)):
        for pattern, offsets in ((legs, LEG), (arms, ARM)):
            names = pattern.format(Side=side, S=side[0], s=side[0].lower()).split()
            body += chain([prefix + name for name in names], offsets, sign)
    turns = "CHANNELS 3 Zrotation Xrotation Yrotation"
    head = f"JOINT {prefix}Head\n{{\nOFFSET 0 55 0\n{turns}\nEnd Site\n{{\nOFFSET 0 18 0\n}}\n}}\n"
    channels = "Xposition Yposition Zposition Zrotation Xrotation Yrotation"
    return f"HIERARCHY\nROOT {prefix}Hips\n{{\nOFFSET 0 0 0\nCHANNELS 6 {channels}\n{body}{head}}}\n"


def write(path: Path, style: str, frames: list[dict[str, tuple[float, ...]]], fps: float = 25) -> Path:
    """A file whose joints are turned as the frames say; others are at rest."""
    hierarchy = skeleton(style)
    names = [line.split()[1] for line in hierarchy.splitlines() if line.startswith(("ROOT", "JOINT"))]
    lines = []
    for frame in frames:
        values = [0.0, 95.0, 0.0]
        for name in names:
            values += frame.get(name, (0.0, 0.0, 0.0))
        lines.append(" ".join(map(str, values)))
    path.write_text(f"{hierarchy}MOTION\nFrames: {len(frames)}\nFrame Time: {1 / fps}\n" + "\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("style", STYLES)
def test_usual_names_are_known(tmp_path: Path, style: str) -> None:
    joints, fps = read_bvh(write(tmp_path / "rest.bvh", style, [{}, {}]))
    assert fps == pytest.approx(25)
    assert joints.shape == (2, 65, 3)
    leg = np.linalg.norm(joints[0, INDEX["left_hip"]] - joints[0, INDEX["left_knee"]])
    assert leg == pytest.approx(0.2455 * HEIGHT, rel=1e-3)
    assert joints[0, INDEX["left_wrist"], 0] > 0.5
    assert joints[0, INDEX["right_wrist"], 0] < -0.5
    assert joints[0, INDEX["nose"], 2] > joints[0, INDEX["left_ear"], 2] + 0.05
    assert joints[0, INDEX["left_big_toe"], 2] > joints[0, INDEX["left_heel"], 2] + 0.15
    assert abs(joints[:, 17:23, 1].min()) < 1e-6
    assert joints[0, INDEX["nose"], 1] == pytest.approx(0.9 * HEIGHT, abs=0.15)


def test_turned_joints_move_what_hangs_on_them(tmp_path: Path) -> None:
    # The left upper arm turned about z by -90°: it hangs down; the right elbow by 90° about x after 90° about z.
    frames = [{"LeftArm": (-90.0, 0.0, 0.0)}, {"Hips": (0.0, 0.0, 90.0)}]
    joints, _ = read_bvh(write(tmp_path / "turned.bvh", "cmu", frames))
    shoulder, wrist = joints[0, INDEX["left_shoulder"]], joints[0, INDEX["left_wrist"]]
    assert np.allclose((wrist - shoulder)[[0, 2]], 0, atol=1e-4)
    assert wrist[1] < shoulder[1] - 0.4
    facing = joints[1, INDEX["nose"]] - (joints[1, INDEX["left_ear"]] + joints[1, INDEX["right_ear"]]) / 2
    assert facing[0] > 0.08, "a quarter turn to the left faces along x"


def test_orders_of_rotation_are_those_of_the_file(tmp_path: Path) -> None:
    text = (
        "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS 3 Zrotation Xrotation Yrotation\n"
        "End Site\n{\nOFFSET 0 0 1\n}\n}\nMOTION\nFrames: 1\nFrame Time: 0.1\n90 90 0\n"
    )
    (tmp_path / "a.bvh").write_text(text)
    end = load_bvh(tmp_path / "a.bvh").positions[0, 1]
    assert np.allclose(end, [1, 0, 0], atol=1e-9)  # about x: z → -y; then about z: -y → x


def test_fingers_have_roles() -> None:
    roles = joints_by_role(["mixamorig:LeftHandPinky2", "finger2-1.R", "RightHandThumb3", "LeftShoulder", "LeftArm"])
    assert roles == {"left_little_2": 0, "right_index_1": 1, "right_thumb_3": 2, "left_shoulder": 4}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text[: len(text) // 3], "not a BVH file"),
        (lambda text: text.replace("Frames: 1", "Frames: 100000000000"), "frames of"),
        (lambda text: text.replace("Frames: 1", "Frames: 7"), "announced"),
        (lambda text: text.replace("Frame Time: 0.04", "Frame Time: 0"), "lasts 0 seconds"),
        (lambda text: text.replace("0 -40 0", "0 nan 0"), "usable number"),
        (lambda text: text.replace("Zrotation", "Zzz", 1), "channels"),
        (lambda text: text.replace("}", "", 1), "damaged"),
        (lambda text: text.replace("95.0", "inf"), "not finite"),
        (lambda text: text.replace("UpLeg", "Qwerty"), "no joint for the left hip"),
        (lambda text: text.replace("ROOT", "JOINT x {\n" * 1500 + "ROOT", 1), "damaged"),
        (lambda _: "\x00\xff" * 50, "not a BVH file"),
    ],
)
def test_hostile_files_are_told_in_one_sentence(tmp_path: Path, change: Callable[[str], str], message: str) -> None:
    path = write(tmp_path / "a.bvh", "cmu", [{}])
    path.write_text(change(path.read_text()))
    with pytest.raises(PoseError, match=message) as error:
        read_bvh(path)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PoseError, match="cannot be read"):
        read_bvh(tmp_path / "none.bvh")
