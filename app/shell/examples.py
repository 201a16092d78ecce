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

LESSONS = {
    "high_rate": "Too high a learning rate",
    "low_rate": "Too low a learning rate",
    "divergence": "The loss diverges",
    "too_short": "Too few epochs",
    "dead_units": "All ReLUs are dead",
    "saturation": "Saturated units",
    "vanishing_gradient": "The gradient vanishes",
    "exploding_gradient": "The gradient explodes",
    "nothing_learned": "Nothing is learned",
    "no_nonlinearity": "No nonlinearity",
    "underfitting": "Underfitting",
    "overfitting": "Overfitting",
    "small_batch": "Batches too small for batch normalisation",
    "unscaled_inputs": "Inputs that are not scaled",
    "label_noise": "Wrong labels",
    "random_labels": "Random labels",
    "imbalance": "A rare class",
    "one_class": "Only one class",
    "overlap": "Classes that overlap",
    "other_validation": "Validation examples of another kind",
    "luck": "An accuracy that is luck",
}
"""What goes wrong in each lesson, by the names of `tinyml.storage.lesson_names`, in the order of the menu."""
