"""Who: people and their roles, API keys, signing in."""
