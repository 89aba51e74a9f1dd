"""The pipeline seen from the studio: models, champions, runs of Prefect."""
