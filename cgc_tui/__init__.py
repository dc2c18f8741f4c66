"""See the import jobs of the Cancer Genomics Cloud in a terminal."""

from __future__ import annotations

__version__ = "0.1.0"
