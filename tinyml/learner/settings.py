"""How to train: loss, optimiser and schedule of a run, as a user chooses them and as a project file keeps them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

LossName = Literal["cross_entropy_with_softmax_loss", "cross_entropy_loss", "mse_loss"]


class TrainingSettings(BaseModel):
    """Everything that decides a training run, apart from the network and the data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    loss: Annotated[LossName, Field(title="Loss", description="What the network learns to make small.")] = (
        "cross_entropy_with_softmax_loss"
    )
    learning_rate: Annotated[
        float, Field(gt=0, le=1000, title="Learning rate", description="How far each update goes down the gradient.")
    ] = 0.1
    momentum: Annotated[
        float, Field(ge=0, lt=1, title="Momentum", description="Share of the former update that is kept going.")
    ] = 0.9
    batch_size: Annotated[
        int, Field(ge=1, le=100_000, title="Batch size", description="Examples that one update learns from.")
    ] = 64
    epochs: Annotated[
        int, Field(ge=1, le=100_000, title="Epochs", description="How often the whole training set is seen.")
    ] = 20
    seed: Annotated[
        int, Field(ge=0, le=2**31 - 1, title="Seed", description="Same seed, same settings: the same run.")
    ] = 0
