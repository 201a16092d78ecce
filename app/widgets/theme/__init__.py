"""Colours, style sheet and fonts."""
