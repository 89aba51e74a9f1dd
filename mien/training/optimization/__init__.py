"""Optimisation: what the steps of a training update and how: networks, optimisers, schedules, EMA, adversaries."""
