"""English words → plans, and plans → words."""
