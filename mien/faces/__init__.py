"""Landmarks, alignment, filters and the HDF5 shards of aligned faces."""
