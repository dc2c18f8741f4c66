"""The terminal: its driver, its input and output, and the patches of Textual."""
