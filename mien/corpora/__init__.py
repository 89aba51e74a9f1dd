"""Where clips come from, and how they are parted."""
