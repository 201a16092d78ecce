"""For the tests of the helpers."""

collect_ignore = ["program.py"]
"""A program that tests start; importing it would run it."""
