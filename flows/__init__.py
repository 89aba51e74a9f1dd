"""Prefect around DVC: the graph, a stage as a task, the pipeline, its deployment."""
