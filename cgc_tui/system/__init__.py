"""The local machine: files, clipboard, browser, limits, crash reports. Does not import Textual."""
