"""The tables of the studio, and how they are opened and brought up to date."""
