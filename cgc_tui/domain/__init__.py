"""Values and rules: pure and synchronous, without input or output."""
