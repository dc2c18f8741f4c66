"""The paths of the stylesheets. A screen names its own, which is read when the screen is first shown."""

from __future__ import annotations

from pathlib import Path


def stylesheet(name: str) -> Path:
    """Return the path of a stylesheet: beside the package in a checkout, inside it if installed."""
    package = Path(__file__).parent.parent
    folder = package / "styles" if (package / "styles").is_dir() else package.parent / "styles"
    return folder / f"{name}.tcss"
