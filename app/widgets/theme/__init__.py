"""Colours, style sheet and fonts of the window."""
