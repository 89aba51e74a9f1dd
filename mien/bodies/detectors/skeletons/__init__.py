"""Ready skeleton videos, drawn in OpenPose's or COCO's colours on black, read back into key points."""
