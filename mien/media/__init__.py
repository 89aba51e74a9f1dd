"""Pictures and sound in and out: ffmpeg, frames, speech synthesis."""
