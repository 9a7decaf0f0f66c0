"""Facts: what the rules need to know, from the staged survey and the register; the families are those of `rules` and `effects`."""
