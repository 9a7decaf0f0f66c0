"""TR, LST: what a listing must be, before it is handed in and again before it is published."""
