"""The jobs screen and its widgets."""
