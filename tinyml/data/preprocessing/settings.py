"""The preprocessing that a user chooses. "Automatic" leaves the choice to the data."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

ResizeRule = Literal["crop", "pad", "stretch"]
"""How an image of another shape gets the size: cut off the longer side, add a border, or change its proportions."""

ScaleRule = Literal["unit", "standardise", "none"]
"""To 0 … 1, to mean 0 and deviation 1, or not at all."""

_Side = Annotated[int, Field(ge=1, le=1024)]


class Preprocessing(BaseModel):
    """How the examples are brought to one form before they reach the network.

    Attributes:
        size: height and width of all images; None for automatic.
        resize: the rule for images of another shape.
        colour: grey or colour for all images.
        scale: how the numbers of the input are scaled.
        scale_targets: how target numbers are scaled (regression).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: Annotated[
        tuple[_Side, _Side] | None,
        Field(title="Size", description="Height and width of every image in pixels.", json_schema_extra={"unit": "px"}),
    ] = None
    resize: Annotated[
        ResizeRule,
        Field(
            title="Other shapes",
            description="What happens to an image of another shape: crop its centre, fit it in with a border (pad), or "
            "stretch it.",
        ),
    ] = "crop"
    colour: Annotated[
        Literal["automatic", "grey", "colour"],
        Field(title="Colour", description="Use the images in grey or in colour."),
    ] = "automatic"
    scale: Annotated[
        Literal["automatic", "unit", "standardise", "none"],
        Field(
            title="Scale",
            description="Scale the inputs to 0 … 1 (unit), or to mean 0 and deviation 1 (standardise). The numbers for "
            "it come from the training examples only.",
        ),
    ] = "automatic"
    scale_targets: Annotated[
        Literal["automatic", "standardise", "none"],
        Field(
            title="Scale targets",
            description="Scale target numbers to mean 0 and deviation 1 for the training. Predictions are shown in "
            "the units of the data.",
        ),
    ] = "automatic"
