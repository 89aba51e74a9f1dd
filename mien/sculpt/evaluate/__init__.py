"""Evaluation of sculpted heads, by judges that guide no method."""
