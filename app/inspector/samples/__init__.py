"""Choosing a sample, and what the network predicts for it."""
