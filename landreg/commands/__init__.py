"""The commands of `landreg`, a module a family; they parse and call."""
