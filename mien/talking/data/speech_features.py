"""The former place of `mien.media.log_mel`."""

from mien.media.log_mel import MELS as MELS
from mien.media.log_mel import STEPS_PER_FRAME as STEPS_PER_FRAME
from mien.media.log_mel import frame_count as frame_count
from mien.media.log_mel import log_mels as log_mels
