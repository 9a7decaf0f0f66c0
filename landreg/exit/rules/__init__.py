"""The rules of exits, one module a family."""
