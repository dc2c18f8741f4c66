"""The machine: files, the clipboard, the browser, crash reports. Nothing here imports Textual."""
