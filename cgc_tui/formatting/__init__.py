"""Text for values, shared by the screens and the commands."""
