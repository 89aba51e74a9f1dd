"""People: accounts, sessions, tokens, quotas."""
