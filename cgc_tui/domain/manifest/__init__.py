"""Manifests: tables of files that a user wants to have imported."""
