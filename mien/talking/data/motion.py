"""The former names of `mien.talking.data.pose` and of `mien.faces.measures.face_pose`."""

from mien.faces.measures import FACE_POSE as MOTIONS
from mien.faces.measures import face_pose as face_motion
from mien.talking.data.pose import DECODED as TURNING
from mien.talking.data.pose import IN_PLANE as PLACING
from mien.talking.data.pose import TAPS, mirrored, placement

__all__ = ["MOTIONS", "PLACING", "TAPS", "TURNING", "face_motion", "mirrored", "placement"]
