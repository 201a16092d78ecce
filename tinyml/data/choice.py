"""The data of a project, its preprocessing and its split, as a project file stores them."""

from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    FailFast,
    Field,
    JsonValue,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
)

from tinyml.data.dataset import DataDescription, Target
from tinyml.data.preprocessing import Preprocessing

_Size = Annotated[int, Field(ge=1, le=2**31)]


class ExpectedData(BaseModel):
    """What the data was like when it was chosen. Other data in the same place is a problem that the user must see.

    Attributes:
        example_shape: shape of one example, without the batch axis.
        class_names: a name for each class; empty if the targets are numbers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    example_shape: Annotated[tuple[_Size, ...], FailFast(), Field(max_length=8)]
    class_names: Annotated[tuple[str, ...], FailFast(), Field(max_length=100_000)] = ()

    @staticmethod
    def of(description: DataDescription) -> "ExpectedData":
        """Return what a `description` says."""
        return ExpectedData(example_shape=description.example_shape, class_names=description.class_names)


class DataChoice(BaseModel):
    """The source of the data, how it is read and prepared, the target, and the split.

    Attributes:
        source: name of a built-in set, or path of a file or folder.
        target: what the network learns to predict.
        validation, test: shares of the examples.
        seed: seed of the split.
        stratified: every class has the same share in each part.
        keep_own_split: parts that come with the data stay what they are.
        options: options of the source that differ from their defaults, by name, see `tinyml.data.options`.
        preprocessing: how the examples are brought to one form.
        expected: what the data was like when it was chosen; None if nothing is known.
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

    stratified: Annotated[
        bool, Field(title="Keep classes even", description="Give every class the same share in each part.")
    ] = True
    keep_own_split: Annotated[
        bool,
        Field(
            title="Keep its own parts",
            description="Keep the validation and test examples that come with the data: results stay comparable.",
        ),
    ] = True
    options: Annotated[dict[str, JsonValue], Field(max_length=100, title="Options")] = Field(default_factory=dict)
    preprocessing: Preprocessing = Field(default_factory=Preprocessing)
    expected: ExpectedData | None = None

    @field_validator("options", mode="before")
    @classmethod
    def _accept_tuples(cls, options: Any) -> Any:
        """Let Python code give several names as a tuple, which JSON does not have. Scripts are written so."""
        if not isinstance(options, dict):
            return options
        return {name: list(value) if isinstance(value, tuple) else value for name, value in options.items()}

    @model_serializer(mode="wrap")
    def _leave_out_defaults(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what has its default, so that files stay short and older programs can read most of them."""
        content: dict[str, Any] = write(self)
        optional = ("target", "stratified", "keep_own_split", "options", "preprocessing", "expected")
        default = DataChoice()
        return {
            name: value
            for name, value in content.items()
            if name not in optional or getattr(self, name) != getattr(default, name)
        }
