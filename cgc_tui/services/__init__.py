"""Use cases without a user interface: the app and the commands call them."""
