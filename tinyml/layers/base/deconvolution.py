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
    """

    operation: str
    sentence: str
    caption: str = ""
    blank_reason: str = "its weights pass none of the signal on"
