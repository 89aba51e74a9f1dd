"""The queue: jobs wait, are claimed and leased by workers, and end in a right state whatever happens to a process."""
