"""The market as everybody sees it: what is offered, what was agreed, at which prices; of no person."""
