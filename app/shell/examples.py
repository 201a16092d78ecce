"""The titles of the example projects in the menu."""

FIRST_EXAMPLE = "lenet-digits"
"""The example that the window opens with."""

EXAMPLES = {
    "lenet-digits": "LeNet on digits",
    "shapes": "LeNet on shapes",
    "circle": "Circle in a square",
    "lenet-mnist": "LeNet for 28×28 digits (MNIST)",
    "sine": "Regression on a noisy sine",
    "autoencoder-digits": "Autoencoder of digits",
}
"""Titles by the names of `tinyml.storage.example_names`, in the order of the menu."""
