"""The commands for scripts, a module each. Standard output is data, standard error is messages."""
