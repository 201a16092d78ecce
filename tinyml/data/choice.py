"""The data of a project and its split, as a project file stores them."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from tinyml.data.dataset import Target


class DataChoice(BaseModel):
    """The source of the data, the target, and the shares for validation and test.

    Attributes:
        source: name of a built-in set, or path of a file or folder.
        target: what the network learns to predict.
        validation, test: shares of the examples.
        seed: seed of the split.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Annotated[
        str,
        Field(
            min_length=1,
            max_length=4096,
            title="Data",
            description="A built-in set, or the path of a file or folder of data.",
        ),
    ] = "digits"
    target: Annotated[
        Target,
        Field(
            title="Target",
            description="What the network learns to predict: the label of each example (its class, or its numbers), or "
            "the input itself (an autoencoder).",
        ),
    ] = "label"
    validation: Annotated[
        float,
        Field(
            ge=0,
            le=0.5,
            title="Validation share",
            description="Share of the examples that measure progress during training.",
        ),
    ] = 0.1
    test: Annotated[
        float,
        Field(
            gt=0,
            le=0.5,
            title="Test share",
            description="Share of the examples that measure the network after training.",
        ),
    ] = 0.2
    seed: Annotated[
        int, Field(ge=0, le=2**31 - 1, title="Split seed", description="Decides which examples are in which part.")
    ] = 0

    @model_serializer(mode="wrap")
    def _leave_out_default_target(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out the default target, so that programs without other targets can read the file."""
        content: dict[str, Any] = write(self)
        if self.target == "label":
            del content["target"]
        return content
