"""Addresses of the interface, and the administrator's page of the programs that call it."""
