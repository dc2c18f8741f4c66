"""The platform's API over HTTP: methods return frozen values, and every failure is a `CgcError`.

This file imports nothing, since the prefetch module is loaded before all others. The HTTP library takes half
as long to import as Textual, so it is imported when it is first needed, in the thread that creates the
client, and the first paint does not wait for it.
"""
