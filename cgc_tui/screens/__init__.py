"""What fills the terminal, one screen a module.

The first paint needs the jobs screen alone: the others are imported where they are opened.
"""
