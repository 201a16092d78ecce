"""What a layer says about its part in a deconvnet."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Deconvolution:
    """How a deconvnet carries a signal from the output of a layer to its input, in words.

    Attributes:
        operation: one to three words: "unpool".
        sentence: what happens to the signal; `{layer}` stands for the name of the layer.
        caption: of the picture after this step; `{layer}` as above. Empty for `operation`.
        blank_reason: why nothing can be left of the signal after this step; the end of a sentence.
        remark: a sentence for an operation that other libraries do in another way; `{layer}` as above.
    """

    operation: str
    sentence: str
    caption: str = ""
    blank_reason: str = "its weights pass none of the signal on"
    remark: str = ""


def no_way_back(layer_type: str, name: str) -> str:
    """Return the sentences for a layer that a deconvnet cannot go back through.

    Arguments:
        layer_type: its class, as "Tanh".
        name: of the layer.
    """
    return (
        f"A deconvnet cannot go back through {layer_type} ('{name}'), because it neither rectifies nor is linear. "
        "Choose a layer before it, or another method, such as the gradient."
    )
