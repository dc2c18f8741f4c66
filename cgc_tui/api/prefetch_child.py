"""The child that answers one question of its parent (`cgc_tui.api.prefetch`)."""

from __future__ import annotations

import asyncio
import os
import pickle
import socket

from cgc_tui.api.client import Client
from cgc_tui.api.connection import load_http
from cgc_tui.api.prefetch import Question, Told
from cgc_tui.api.request_log import EventLog
from cgc_tui.api.requester import Wire
from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.queries import JobPage
from cgc_tui.domain.token import Token


def answer(parent: socket.socket) -> None:
    """Load what takes long, then read the question and tell what came of it, unless the parent lets go."""
    load_http()
    with parent.makefile("rb", buffering=0) as stream:
        question: Question = pickle.load(stream)
    asyncio.run(_tell(parent, question))


async def _tell(parent: socket.socket, question: Question) -> None:
    # It sends nothing more, so whatever can be read is the end of it.
    asyncio.get_running_loop().add_reader(parent, os._exit, 0)
    events = EventLog()
    token = Token(question.secret)
    client = Client(Wire(question.endpoint, token, advance_access=question.advance_access, events=events))
    page: JobPage | CgcError
    try:
        page = await client.jobs(question.query)
    except CgcError as error:
        page = error
    parent.sendall(pickle.dumps(Told(page, client.budget, events.events[::-1])))
    os._exit(0)  # nobody waits for what is open
