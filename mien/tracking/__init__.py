"""MLflow: runs, curves, the registry. The only package that imports mlflow."""
