"""From key points in a picture to joints in space, with those that are not seen.

After Pavllo et al., "3D human pose estimation in video with temporal convolutions and semi-supervised training", 2019.
"""
