"""The keys at the bottom of a screen."""

from __future__ import annotations

from textual.widgets import Footer


class KeyBar(Footer):
    """Textual's footer, which lets go of keys that it does not show any more.

    Each key watches `compact`, and what watches is forgotten when the value is set again: without that
    every dialog that was ever opened would cost memory for good.
    """

    def __init__(self) -> None:
        super().__init__(compact=True, show_command_palette=False)

    async def recompose(self) -> None:
        """Show the keys of now."""
        await super().recompose()
        self.mutate_reactive(Footer.compact)
