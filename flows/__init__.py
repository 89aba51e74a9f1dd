"""Prefect flow over DVC: stage graph, stages as tasks, pipeline run, deployment."""
