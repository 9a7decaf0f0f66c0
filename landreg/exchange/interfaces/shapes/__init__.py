"""What goes over the interface, in both directions: each class is a schema of the description (`schema.py`).

No answer holds a name, a household, a number of identity or an account of anybody. English is what programmers read.
"""
