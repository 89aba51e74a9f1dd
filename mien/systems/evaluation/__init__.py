"""Evaluation shared by all systems: rows, parts, figures, report files, and the figure for model selection."""
