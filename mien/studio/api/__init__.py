"""The HTTP API: FastAPI application, routes, server-sent events, guards."""
