"""Which data a project uses, and how it is split: what a project file keeps."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from tinyml.data.dataset import Target


class DataChoice(BaseModel):
    """Name of the data and the shares that are set aside."""

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
            description="What the network learns to give: the label of each example (its class, or its numbers), or "
            "the input itself (an autoencoder).",
        ),
    ] = "label"
    validation: Annotated[
        float,
        Field(ge=0, le=0.5, title="Validation share", description="Set aside to watch the network while it learns."),
    ] = 0.1
    test: Annotated[
        float, Field(gt=0, le=0.5, title="Test share", description="Set aside to judge the network at the end.")
    ] = 0.2
    seed: Annotated[
        int, Field(ge=0, le=2**31 - 1, title="Split seed", description="Decides which example goes into which part.")
    ] = 0

    @model_serializer(mode="wrap")
    def _leave_out_default_target(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Write files of classes as they were before there were other targets, so that older programs read them."""
        content: dict[str, Any] = write(self)
        if self.target == "label":
            del content["target"]
        return content
