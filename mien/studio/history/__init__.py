"""History: jobs that have ended, searched, paged, starred, deleted and downloaded."""
