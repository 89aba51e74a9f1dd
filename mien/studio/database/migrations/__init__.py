"""Revisions of the schema; a new one: `alembic revision --autogenerate`, see `env.py`."""
