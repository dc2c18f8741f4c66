"""Failures, grouped by cause."""
