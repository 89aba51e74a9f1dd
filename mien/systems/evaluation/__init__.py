"""The evaluation that every system shares: rows, parts, figures, the report's files, the figure that decides."""
