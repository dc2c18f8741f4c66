"""A figure that was measured, and the budget that it has to keep."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

NOISE = 1.2


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured: its value, and the most or the least that it may be (None where it only informs).

    What is `timed` moves with what else the machine does.
    """

    name: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None
    timed: bool = False

    @property
    def kept(self) -> bool:
        """Whether the budget is kept."""
        return self._within(1.0)

    @property
    def broken(self) -> bool:
        """Whether the budget is broken by more than what a noisy machine does to a time."""
        return not self._within(NOISE if self.timed else 1.0)

    def _within(self, allowed: float) -> bool:
        most = self.most is None or self.value <= self.most * allowed
        return most and (self.least is None or self.value >= self.least / allowed)

    def cells(self) -> tuple[str, str, str, str]:
        """Return name, value, budget and verdict, in words."""
        if self.most is None and self.least is None:
            return self.name, self._said(self.value), "", ""
        bound = f"≤ {self._said(self.most)}" if self.most is not None else f"≥ {self._said(self.least or 0)}"
        return self.name, self._said(self.value), bound, "kept" if self.kept else "BROKEN"

    def _said(self, value: float) -> str:
        number = f"{value:,.0f}" if self.unit == "B" or value >= 100 else f"{value:.3g}"
        return f"{number} {self.unit}".rstrip()


def table(figures: Iterable[Figure]) -> str:
    """Return figures as a table in Markdown."""
    lines = ["| what | measured | budget | |", "|---|---:|---:|---|"]
    lines += ["| " + " | ".join(figure.cells()) + " |" for figure in figures]
    return "\n".join(lines)
