"""Kinds of transfer, listings of households and collectives, their review and their end."""
