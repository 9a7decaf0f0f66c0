"""Contracts of transfers: drawn, signed, filed, paid, and ended."""
