"""A simulated platform, to try and test all of cgc-tui without a token or a network.

`SimulatedPlatform` maps requests to responses over a set of jobs. Its `transport()` serves them within a
process, `LoopbackServer` (or `python -m cgc_tui.demo`) over a real socket. `Switches` select how it
behaves and fails.
"""

from __future__ import annotations

from cgc_tui.demo.fault_script import list_call
from cgc_tui.demo.platform import SimulatedPlatform
from cgc_tui.demo.server import LoopbackServer
from cgc_tui.demo.switches import Switches

__all__ = ["LoopbackServer", "SimulatedPlatform", "Switches", "list_call"]
