"""The window of TinyML Studio."""
