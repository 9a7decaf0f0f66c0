"""What an acceptance check asks of a survey package: pure rules over whole tables, one function a code."""
