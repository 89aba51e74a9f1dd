"""Reading and writing of video, pictures and sound; speech synthesis; provenance."""
