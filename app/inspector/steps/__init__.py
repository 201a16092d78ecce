"""The steps of a reconstruction, from the chosen activation to the pixels."""
