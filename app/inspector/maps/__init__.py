"""The outputs of one layer: feature maps, or bars for a vector."""
