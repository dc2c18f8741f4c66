"""The user's files: platforms, profiles, tokens, settings and keys."""
