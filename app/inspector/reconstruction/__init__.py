"""The reconstruction in pixels: its pictures, and the steps from the feature map to the pixels."""
