"""Casework: cases from application or survey to the day on which they may be booked."""
