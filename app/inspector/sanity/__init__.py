"""Sanity checks of the reconstruction: what remains of it if the weights are random."""
