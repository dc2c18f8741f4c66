"""Retry of failed imports."""
