"""The simulated platform, so that all of cgc-tui can be tried and tested without a token or a network.

`SimulatedPlatform` is one function from request to response over a set of jobs. `transport()` carries it
inside a process, `LoopbackServer` (or `python -m cgc_tui.demo`) over a real socket. `Switches` are the
ways in which it may differ or fail.
"""

from __future__ import annotations

from cgc_tui.demo.fault_script import list_call
from cgc_tui.demo.platform import SimulatedPlatform
from cgc_tui.demo.server import LoopbackServer
from cgc_tui.demo.switches import Switches

__all__ = ["LoopbackServer", "SimulatedPlatform", "Switches", "list_call"]
