"""What is imported that need not be: programs that tell it."""

from __future__ import annotations

HTTP_LIBRARY = ("httpx", "httpcore", "anyio")

BEFORE_THE_PAINT = f"""\
import os, sys
from pathlib import Path
from cgc_tui.__main__ import main

parent = os.getpid()
told = Path(os.environ["HOME"], "early")
painted = []

class Watch:
    def find_spec(self, name, *_):
        if name in {HTTP_LIBRARY} and os.getpid() == parent and not painted:
            with told.open("a") as file:
                print(name, file=file)

def watched(write):
    def wrapped(self, text):
        if "Pending" in text:
            painted.append(True)
        write(self, text)
    return wrapped

sys.meta_path.insert(0, Watch())
from textual.drivers._writer_thread import WriterThread
WriterThread.write = watched(WriterThread.write)
sys.exit(main([]))
"""
"""The app, with a file `early` in its home that has a line for each part of the HTTP library that it imports
before its first paint."""

BY_A_COMMAND = """\
import atexit, sys
from cgc_tui.__main__ import main

loaded = lambda: print(sorted({"textual", "rich"} & set(sys.modules)), file=sys.stderr)
atexit.register(loaded)
sys.exit(main())
"""
"""The command line, which says at its end what of Textual and Rich it has imported."""
