"""Places behind figures: painted once for a clip, then moved slowly."""
