"""The platform over HTTP: frozen values out, every failure a `CgcError`.

This file imports nothing, since the prefetch is loaded before all else. The HTTP library takes as long to
import as half of Textual: it is imported where it is first needed, in the thread that makes the client, so
that the first paint does not wait for it.
"""
