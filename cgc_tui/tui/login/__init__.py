"""The question for a token."""
