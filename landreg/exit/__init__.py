"""A household gives back land or a homestead: by its own decision, paid, and open to withdrawal until it is registered."""
