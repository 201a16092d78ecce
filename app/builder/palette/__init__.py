"""The palette: the layer types, which can be searched, dragged and inserted."""
