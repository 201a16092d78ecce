"""The training settings of a project: loss, optimiser, schedule, augmentation and everything else that a user edits."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from tinyml.core.choices import Choice
from tinyml.data import Augmentation, Brightness, Flip, Noise, Rotate, Shift, Zoom
from tinyml.losses import loss_descriptions
from tinyml.optims import Optimizer, optimizer_descriptions
from tinyml.optims.schedules import Schedule, schedule_descriptions


def _titles(descriptions: Callable[[], Mapping[str, Any]]) -> Callable[[], dict[str, str]]:
    return lambda: {name: description.title for name, description in descriptions().items()}


LossName = Annotated[str, Choice("loss", _titles(loss_descriptions))]
"""Name of a registered loss."""

OptimizerName = Annotated[str, Choice("optimiser", _titles(optimizer_descriptions))]
"""Name of a registered optimiser."""

ScheduleName = Annotated[str, Choice("schedule", _titles(schedule_descriptions))]
"""Name of a registered learning-rate schedule."""

_IMAGE_AUGMENTATIONS = {
    "augment_shift": "shift",
    "augment_flip": "flip",
    "augment_flip_vertical": "vertical flip",
    "augment_rotate": "rotation",
    "augment_zoom": "zoom",
    "augment_brightness": "brightness",
}

IMAGE_AUGMENTATION_SETTINGS = tuple(_IMAGE_AUGMENTATIONS)
"""Names of the settings for augmentations that need images."""

_NEW_SETTINGS = ("augment_flip_vertical", "augment_zoom", "augment_brightness")
"""Settings that files of project version 3 do not have."""


class TrainingSettings(BaseModel):
    """All settings of a training run, apart from the network and the data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    loss: Annotated[LossName, Field(title="Loss", description="The quantity that training minimises.")] = (
        "cross_entropy_with_softmax_loss"
    )
    optimizer: Annotated[
        OptimizerName, Field(title="Optimiser", description="How the gradient changes the parameters.")
    ] = "sgd"
    learning_rate: Annotated[
        float, Field(gt=0, le=1000, title="Learning rate", description="Size of each step down the gradient.")
    ] = 0.1
    momentum: Annotated[
        float,
        Field(ge=0, lt=1, title="Momentum", description="Share of the previous update that is added to the next one."),
    ] = 0.9
    nesterov: Annotated[
        bool, Field(title="Nesterov", description="Use Nesterov's form of momentum, which looks one update ahead.")
    ] = False
    beta_1: Annotated[
        float, Field(ge=0, lt=1, title="Beta 1", description="How slowly the mean gradient forgets earlier batches.")
    ] = 0.9
    beta_2: Annotated[
        float,
        Field(ge=0, lt=1, title="Beta 2", description="How slowly the mean squared gradient forgets earlier batches."),
    ] = 0.999
    smoothing: Annotated[
        float,
        Field(
            ge=0, lt=1, title="Smoothing", description="How slowly the mean squared gradient forgets earlier batches."
        ),
    ] = 0.99
    weight_decay: Annotated[
        float,
        Field(
            ge=0, le=100, title="Weight decay", description="How strongly each update shrinks the parameters towards 0."
        ),
    ] = 0.0
    schedule: Annotated[
        ScheduleName, Field(title="Schedule", description="How the learning rate changes during training.")
    ] = "constant"
    schedule_epochs: Annotated[
        int,
        Field(
            ge=1,
            le=100_000,
            title="Schedule epochs",
            description="Epochs between two reductions, of the warm-up, or to wait for a better loss.",
            json_schema_extra={"unit": "epochs"},
        ),
    ] = 5
    schedule_factor: Annotated[
        float,
        Field(
            gt=0,
            le=1,
            title="Schedule factor",
            description="Factor of the learning rate at each reduction, or at the start of the warm-up.",
        ),
    ] = 0.1
    clip_norm: Annotated[
        float,
        Field(
            ge=0,
            le=1e9,
            title="Clip gradients",
            description="Largest norm of the gradient of all parameters; a larger one is scaled down. 0: no limit.",
        ),
    ] = 0.0
    batch_size: Annotated[
        int,
        Field(
            ge=1,
            le=100_000,
            title="Batch size",
            description="Number of training examples in one update.",
            json_schema_extra={"unit": "examples"},
        ),
    ] = 64
    epochs: Annotated[
        int, Field(ge=1, le=100_000, title="Epochs", description="Number of passes over the whole training set.")
    ] = 20
    early_stopping: Annotated[
        int,
        Field(
            ge=0,
            le=100_000,
            title="Early stopping",
            description="Stop after this number of epochs without a better validation loss (without a validation set: "
            "training loss). 0: never.",
            json_schema_extra={"unit": "epochs"},
        ),
    ] = 0
    restore_best: Annotated[
        bool, Field(title="Keep the best", description="End with the weights of the epoch with the best loss.")
    ] = False
    augment_shift: Annotated[
        int,
        Field(
            ge=0,
            le=100,
            title="Shift",
            description="Move each training image at random, by up to this number of pixels.",
            json_schema_extra={"unit": "px"},
        ),
    ] = 0
    augment_flip: Annotated[
        bool, Field(title="Flip", description="Mirror a random half of the training images left to right.")
    ] = False
    augment_flip_vertical: Annotated[
        bool,
        Field(title="Flip vertically", description="Mirror a random half of the training images top to bottom."),
    ] = False
    augment_rotate: Annotated[
        float,
        Field(
            ge=0,
            le=180,
            title="Rotate",
            description="Rotate each training image at random, by up to this angle in degrees.",
            json_schema_extra={"unit": "°"},
        ),
    ] = 0.0
    augment_zoom: Annotated[
        float,
        Field(
            ge=0,
            le=0.9,
            title="Zoom",
            description="Enlarge or shrink each training image at random, by up to this share: 0.2 is up to 20 %.",
        ),
    ] = 0.0
    augment_brightness: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            title="Brightness",
            description="Make each training image brighter or darker at random, by up to this share: 0.2 is up to "
            "20 %.",
        ),
    ] = 0.0
    augment_noise: Annotated[
        float,
        Field(
            ge=0,
            le=100,
            title="Noise",
            description="Add Gaussian noise with this standard deviation to the training inputs.",
        ),
    ] = 0.0
    seed: Annotated[
        int,
        Field(
            ge=0,
            le=2**31 - 1,
            title="Seed",
            description="Start of the random numbers. The same seed and settings give the same run.",
        ),
    ] = 0

    @model_serializer(mode="wrap")
    def _leave_out_new_defaults(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave new settings out of files while they are off, so that the same run writes the same bytes as before."""
        content: dict[str, Any] = write(self)
        return {name: value for name, value in content.items() if value or name not in _NEW_SETTINGS}

    def make_optimizer(self) -> Optimizer:
        """Make the chosen optimiser.

        >>> TrainingSettings(optimizer="adam", learning_rate=0.001).make_optimizer()
        AdamOptimizer(lr=0.001, beta_1=0.9, beta_2=0.999)
        """
        return optimizer_descriptions()[self.optimizer].make(self.learning_rate, self.model_dump())

    def make_schedule(self, batches: int) -> Schedule:
        """Make the chosen schedule.

        Arguments:
            batches: number of batches in an epoch.

        >>> TrainingSettings(schedule="step", schedule_epochs=2).make_schedule(batches=10)
        StepSchedule(every=20, gamma=0.1)
        """
        return schedule_descriptions()[self.schedule].make(self.model_dump(), batches)

    def make_augmentations(self) -> tuple[Augmentation, ...]:
        """Make the chosen augmentations, in the order in which they are applied; empty for none.

        >>> TrainingSettings(augment_shift=2, augment_flip=True).make_augmentations()
        (Shift(pixels=2), Flip(probability=0.5, vertical=False))
        """
        made: list[Augmentation] = []
        if self.augment_shift:
            made.append(Shift(self.augment_shift))
        if self.augment_flip:
            made.append(Flip())
        if self.augment_flip_vertical:
            made.append(Flip(vertical=True))
        if self.augment_rotate:
            made.append(Rotate(self.augment_rotate))
        if self.augment_zoom:
            made.append(Zoom(self.augment_zoom))
        if self.augment_brightness:
            made.append(Brightness(self.augment_brightness))
        if self.augment_noise:
            made.append(Noise(self.augment_noise))
        return tuple(made)

    def describe_optimizer(self) -> str:
        """Describe the optimiser and the schedule in a few words.

        >>> TrainingSettings().describe_optimizer()
        'SGD 0.1, momentum 0.9'
        >>> TrainingSettings(optimizer="adam", learning_rate=0.001, schedule="cosine").describe_optimizer()
        'Adam 0.001, cosine'
        """
        words = [f"{optimizer_descriptions()[self.optimizer].title} {self.learning_rate:g}"]
        if self.momentum and "momentum" in optimizer_descriptions()[self.optimizer].settings:
            words.append(f"momentum {self.momentum:g}")
        if self.schedule != "constant":
            words.append(schedule_descriptions()[self.schedule].title.lower())
        return ", ".join(words)

    @property
    def image_augmentations(self) -> tuple[str, ...]:
        """Names of the chosen augmentations that need images, such as "shift" and "vertical flip"."""
        return tuple(_IMAGE_AUGMENTATIONS[name] for name in self.image_augmentation_settings)

    @property
    def image_augmentation_settings(self) -> tuple[str, ...]:
        """Names of the settings that choose these augmentations."""
        return tuple(name for name in _IMAGE_AUGMENTATIONS if getattr(self, name))

    @property
    def unused(self) -> frozenset[str]:
        """Names of the settings that have no effect with the chosen optimiser and schedule.

        >>> sorted(TrainingSettings(schedule="step").unused)
        ['beta_1', 'beta_2', 'smoothing']
        """
        optimizers, schedules = optimizer_descriptions(), schedule_descriptions()
        some_use = {name for optimizer in optimizers.values() for name in optimizer.settings}
        some_use |= {name for schedule in schedules.values() for name in schedule.settings}
        return frozenset(some_use - {*optimizers[self.optimizer].settings, *schedules[self.schedule].settings})


AUGMENTATION_SETTINGS = tuple(name for name in TrainingSettings.model_fields if name.startswith("augment_"))
"""Names of the settings for all augmentations."""

__all__ = [
    "AUGMENTATION_SETTINGS",
    "IMAGE_AUGMENTATION_SETTINGS",
    "LossName",
    "OptimizerName",
    "ScheduleName",
    "TrainingSettings",
]
