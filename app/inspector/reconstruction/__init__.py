"""The reconstruction in pixels, as pictures."""
