"""Leaves: what the log says of each thing that the register does, read from its tables."""
