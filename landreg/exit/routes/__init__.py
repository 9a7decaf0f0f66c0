"""The pages of exits."""
