"""A setting of a run that is changed in the middle of it."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

SettingValue = bool | int | float | str
"""Value of a field of `TrainingSettings`."""

CHANGEABLE = ("learning_rate", "epochs", "early_stopping")
"""Fields of `TrainingSettings` that can be changed during a run; see `Learner.change`."""


@dataclass(frozen=True)
class SettingChange:
    """A setting that was changed in the middle of a run.

    Attributes:
        position: where the change took effect, in epochs: 2.5 is the middle of the third epoch.
        step: number of batches that were done before it.
        name: field of `TrainingSettings`, such as "learning_rate".
        before, after: the old and the new value.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    position: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    step: Annotated[int, Field(ge=0, le=2**53)]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    before: SettingValue
    after: SettingValue
