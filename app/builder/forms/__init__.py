"""The forms for layer, data and training settings."""
