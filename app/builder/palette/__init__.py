"""The palette: the layer types, to drag, insert and search."""
