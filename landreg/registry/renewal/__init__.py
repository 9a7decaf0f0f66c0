"""Renewal of a collective's contracts (延包) by roster."""
