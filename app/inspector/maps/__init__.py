"""The output of one layer: feature maps, or a bar chart for a vector."""
