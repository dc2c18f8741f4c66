"""Measured figures and their budgets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

NOISE = 1.2


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value and its limits; without limits it only informs.

    A `timed` value varies with the load of the machine.
    """

    name: str
    value: float
    unit: str
    maximum: float | None = None
    minimum: float | None = None
    timed: bool = False

    @property
    def kept(self) -> bool:
        """Whether the value is within its limits."""
        return self._within(1.0)

    @property
    def broken(self) -> bool:
        """Whether the value exceeds a limit, for a time by more than the noise of a machine."""
        return not self._within(NOISE if self.timed else 1.0)

    def _within(self, tolerance: float) -> bool:
        below = self.maximum is None or self.value <= self.maximum * tolerance
        return below and (self.minimum is None or self.value >= self.minimum / tolerance)

    def cells(self) -> tuple[str, str, str, str]:
        """Return name, value, budget and verdict as texts."""
        if self.maximum is None and self.minimum is None:
            return self.name, self._format(self.value), "", ""
        bound = (
            f"≤ {self._format(self.maximum)}"
            if self.maximum is not None
            else f"≥ {self._format(self.minimum or 0)}"
        )
        return self.name, self._format(self.value), bound, "kept" if self.kept else "BROKEN"

    def _format(self, value: float) -> str:
        number = f"{value:,.0f}" if self.unit == "B" or value >= 100 else f"{value:.3g}"
        return f"{number} {self.unit}".rstrip()


def table(figures: Iterable[Figure]) -> str:
    """Return figures as a table in Markdown."""
    lines = ["| what | measured | budget | |", "|---|---:|---:|---|"]
    lines += ["| " + " | ".join(figure.cells()) + " |" for figure in figures]
    return "\n".join(lines)
