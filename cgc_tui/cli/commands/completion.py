"""`cgc-tui completion`: prints a completion script for a shell."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cgc_tui.cli.context import CommandContext
from cgc_tui.cli.exit_codes import ExitCode

HELP = "print a script that completes commands and options"
OPERANDS = "SHELL"
EPILOG = """\
To install permanently: in bash, put the example into ~/.bashrc; in zsh, save
the script as _cgc-tui in a directory of $fpath; in fish, save it as
~/.config/fish/completions/cgc-tui.fish.

Example: eval "$(cgc-tui completion bash)"
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the shell."""
    parser.add_argument("shell", choices=("bash", "zsh", "fish"))


async def run(options: Namespace, context: CommandContext) -> int:
    """Print the script."""
    import shtab

    context.write([shtab.complete(context.parser, shell=options.shell), "\n"])
    return ExitCode.DONE
