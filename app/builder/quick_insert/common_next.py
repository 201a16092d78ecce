"""Which layer types usually follow a layer type. The list of quick insert begins with them."""

COMMON_NEXT: dict[str, tuple[str, ...]] = {
    "": ("Conv2D", "Flatten", "Linear"),
    "Conv2D": ("ReLu", "MaxPool2D", "BatchNorm2D"),
    "Deconv2D": ("ReLu", "BatchNorm2D", "Sigmoid"),
    "BatchNorm2D": ("ReLu", "Conv2D"),
    "BatchNorm1D": ("ReLu", "Linear"),
    "MaxPool2D": ("Conv2D", "Flatten", "Residual"),
    "AvgPool2D": ("Conv2D", "Flatten", "Residual"),
    "GlobalAvgPool2D": ("Linear", "Softmax"),
    "MaxUnpool2D": ("Deconv2D", "Conv2D"),
    "Upsample2D": ("Conv2D", "Deconv2D"),
    "Residual": ("ReLu", "Residual", "MaxPool2D", "GlobalAvgPool2D"),
    "Flatten": ("Linear", "Dropout"),
    "Reshape": ("Deconv2D", "Conv2D"),
    "Linear": ("ReLu", "Linear", "Dropout", "Softmax"),
    "Dropout": ("Linear", "Conv2D", "Flatten"),
}
"""Types by the type before them, as files spell them, the most common first. "" stands for the input of the network."""

_AFTER_ACTIVATION = ("MaxPool2D", "Linear", "Conv2D", "Flatten", "Dropout")


def common_next(layer_type: str, family: str) -> tuple[str, ...]:
    """Return the types that usually follow a layer, the most common first; some may not fit.

    Arguments:
        layer_type: type of the layer before the gap, as files spell it; empty for the input.
        family: its family.

    >>> common_next("Conv2D", "convolution")[:2]
    ('ReLu', 'MaxPool2D')
    """
    return _AFTER_ACTIVATION if family == "activation" else COMMON_NEXT.get(layer_type, ())
