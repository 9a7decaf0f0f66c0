"""Papers of the register: what is printed, drawn, set and signed."""
