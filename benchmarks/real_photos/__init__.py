"""How talking faces look on photos of real people; see `benchmarks.real_photos.__main__` for the command."""
