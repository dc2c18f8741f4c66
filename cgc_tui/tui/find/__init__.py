"""Find in all pages."""
