"""The studio: one page and one API for all systems, with a queue, a history and people of its own."""
