"""Benchmarks of the app, each figure relative to a baseline of the same run: `make bench`."""
