"""Values and rules: pure and synchronous, without I/O."""
