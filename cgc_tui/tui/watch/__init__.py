"""Watching jobs until they finish."""
