"""Embedding: the outputs of a layer for a whole part of the data, as points of a plane."""
