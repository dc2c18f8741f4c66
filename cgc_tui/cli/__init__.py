"""The command line and the commands for scripts. Nothing here imports Textual."""
