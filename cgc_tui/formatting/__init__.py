"""Text for values, shared by screens and commands."""
