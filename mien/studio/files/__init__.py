"""Uploads and results on disk: streamed in within limits, inspected in a bounded process, kept and cleaned."""
