"""Retries of failed imports."""
