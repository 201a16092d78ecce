"""The forms for the settings of layers, data and training."""
