"""The setup of a training run, for the command line and the window: network, learner and data from a project."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np

from tinyml.core import (
    AppendLayers,
    ChangeTraining,
    DataError,
    Problem,
    RemoveLayer,
    Shape,
    SpecificationError,
    describe_shape,
)
from tinyml.data import Dataset, Splits, batch_count
from tinyml.learner.checkpoint import Checkpoint
from tinyml.learner.evaluation import Evaluation, evaluate, evaluate_in_parts
from tinyml.learner.events import Event
from tinyml.learner.learner import Learner
from tinyml.learner.objective import Objective, class_targets_for
from tinyml.learner.setting_change import SettingChange
from tinyml.learner.settings import TrainingSettings
from tinyml.losses import loss_descriptions
from tinyml.net import Inference, NetworkSpecification, Sequential, build_inferred, infer


@dataclass(frozen=True)
class TrainingSetup:
    """Everything that a training run needs.

    Attributes:
        net: the network, with newly initialised parameters.
        learner: trains the network.
        splits: training, validation and test data.
        training: the settings of the run.
    """

    net: Sequential
    learner: Learner
    splits: Splits
    training: TrainingSettings

    def run(
        self,
        resume: Checkpoint | None = None,
        measure_every: int | None = None,
        progress: bool = False,
        measure_share: float | None = None,
    ) -> Generator[Event, None, None]:
        """Train with the settings; see `Learner.run`, also for the arguments.

        Call `learner.checkpoint()` at any event to get a checkpoint that a later run can resume from.

        Arguments:
            resume, measure_every, progress, measure_share: as for `Learner.run`.
        """
        training = self.training
        return self.learner.run(
            self.splits.train,
            training.epochs,
            training.batch_size,
            self.splits.validation,
            training.seed,
            augmentations=training.make_augmentations(),
            early_stopping=training.early_stopping or None,
            restore_best=training.restore_best,
            measure_every=measure_every,
            measure_share=measure_share,
            resume=resume,
            progress=progress,
        )

    def change(self, name: str, value: float) -> SettingChange | None:
        """Change a setting of the run.

        A schedule that depends on the number of epochs continues as in a run that had the new number from the start.

        Arguments:
            name, value: see `Learner.change`.
        """
        change = self.learner.change(name, value)
        if change is not None and name == "epochs":
            settings = self.training.model_copy(update={"epochs": change.after})
            batches = batch_count(len(self.splits.train), settings.batch_size)
            self.learner.step.replace_schedule(settings.make_schedule(batches))
        return change

    def test(self) -> Evaluation:
        """Evaluate the network on the test data."""
        return evaluate(self.net, self.splits.test, self.training.loss)

    def test_in_parts(self) -> Iterator[Evaluation]:
        """Evaluate the network on the test data; yield the result so far after each part.

        The caller can pause or stop after each part.
        """
        objective = Objective(self.training.loss, self.splits.test.class_targets)
        return (result for _, result in evaluate_in_parts(self.net, self.splits.test, objective))


def set_up_training(network: NetworkSpecification, training: TrainingSettings, splits: Splits) -> TrainingSetup:
    """Make everything that a run needs. All its random numbers depend only on `training.seed`.

    Arguments:
        network: the network specification.
        training: loss, optimiser, schedule and seed.
        splits: the data, loaded and split.

    Raises `SpecificationError`, before anything is made, if the network cannot be built or does not fit the data or
    the loss.

    >>> from tinyml.data import DataChoice, load, split
    >>> from tinyml.net import LayerSpecification
    >>> network = NetworkSpecification(layers=(LayerSpecification(type="Linear", name="fc", settings={"outputs": 2}),))
    >>> splits = split(load("circle"), DataChoice(source="circle"))
    >>> list(set_up_training(network, TrainingSettings(epochs=1), splits).run())[-1].history[0].epochs
    1
    """
    data = splits.train
    loss = loss_descriptions()[training.loss]
    outputs = (
        class_targets_for(loss, data.class_targets).shape[1]
        if loss.targets == "numbers"
        else len(data.description.class_names)
    )
    inference = infer(network, data.description.example_shape, outputs, data.description.target_shape)
    problems = find_problems(inference, training)
    if problems:
        raise SpecificationError(problems)
    net = build_inferred(inference, np.random.default_rng(training.seed))
    schedule = training.make_schedule(batch_count(len(data), training.batch_size))
    learner = Learner(net, training.loss, training.make_optimizer(), schedule, training.clip_norm or None)
    return TrainingSetup(net, learner, splits, training)


def find_problems(inference: Inference, training: TrainingSettings) -> tuple[Problem, ...]:
    """Return every reason why a network cannot be trained with these settings; empty if it can.

    Arguments:
        inference: the result of `infer` for this network and the training data.
        training: only the loss and the augmentations are used.

    >>> from tinyml.net import LayerSpecification
    >>> network = NetworkSpecification(layers=(LayerSpecification(type="Linear", name="fc", settings={"outputs": 3}),))
    >>> find_problems(infer(network, (64,), class_count=10), TrainingSettings())[0].sentence
    'The network ends with 3 numbers but the loss needs 10, one for each class.'
    """
    wrong_kind = _target_problems(training) if inference.target_shape is not None else ()
    if inference.problems or wrong_kind:
        return inference.problems + wrong_kind
    return _loss_problems(inference, training) + _augmentation_problems(training, inference.input_shape)


def check_fits(net: Sequential, input_shape: Shape, dataset: Dataset) -> None:
    """Raise `DataError` if a trained network cannot be evaluated on a dataset.

    Arguments:
        net: the network.
        input_shape: shape of one example of its training data.
        dataset: the dataset for the evaluation.

    >>> from tinyml.data import load
    >>> from tinyml.layers import Linear
    >>> check_fits(Sequential([Linear("fc", 2, 2)]), (2,), load("circle"))
    """
    description = dataset.description
    if description.example_shape != input_shape:
        raise DataError(
            f"The network needs examples of {describe_shape(input_shape)}, but those of {description.title} are "
            f"{describe_shape(description.example_shape)}. Choose data of the shape that it was trained on."
        )
    output_shape = net.output_shape(input_shape)
    if description.target_shape is not None:
        if output_shape != description.target_shape:
            raise DataError(
                f"The network returns {describe_shape(output_shape)}, but the targets of {description.title} are "
                f"{describe_shape(description.target_shape)}. Choose data with targets of the same shape."
            )
        return
    if output_shape != (len(description.class_names),) and output_shape != dataset.class_targets.shape[1:]:
        raise DataError(
            f"The network has outputs for {describe_shape(output_shape)} classes, but {description.title} has "
            f"{len(description.class_names)}. Choose data with the classes that it was trained on."
        )


def _target_problems(training: TrainingSettings) -> tuple[Problem, ...]:
    """Return a problem if the targets are numbers and the loss needs classes."""
    loss = loss_descriptions()[training.loss]
    if loss.targets == "numbers":
        return ()
    sentence = f"The loss '{loss.title}' needs classes, but the targets of this data are numbers."
    title = loss_descriptions()["mse_loss"].title
    return (Problem(-1, "", sentence, ChangeTraining(f"Use {title.lower()}", {"loss": "mse_loss"})),)


def _loss_problems(inference: Inference, training: TrainingSettings) -> tuple[Problem, ...]:
    """Return a problem if the last layer does not fit the loss, for example if softmax would be applied twice."""
    index = len(inference.layers) - 1
    last = inference.layers[index].specification
    loss = loss_descriptions()[training.loss]
    if loss.last_layer not in (None, last.type):
        sentence = f"The loss '{loss.title}' needs a network that ends with {loss.last_layer}."
        fix = AppendLayers(f"Add {loss.last_layer}", ((loss.last_layer or "", {}),))
        return (Problem(index, last.name, sentence, fix),)
    if last.type == loss.unwanted_last_layer:
        sentence = f"The loss '{loss.title}' needs the values before {last.type}, so the network must not end with it."
        return (Problem(index, last.name, sentence, RemoveLayer(f"Remove {last.type}")),)
    return ()


def _augmentation_problems(training: TrainingSettings, example_shape: Shape | None) -> tuple[Problem, ...]:
    """Return a problem if an augmentation for images is chosen and the examples are not images."""
    chosen = training.image_augmentations
    if not chosen or example_shape is None or len(example_shape) == 3:
        return ()
    words = " and ".join([", ".join(chosen[:-1]), chosen[-1]] if len(chosen) > 1 else chosen)
    described = f"vectors of {example_shape[0]} numbers" if len(example_shape) == 1 else describe_shape(example_shape)
    sentence = f"Augmentation by {words} needs images, but the examples are {described}. Switch it off."
    defaults = {name: TrainingSettings.model_fields[name].default for name in training.image_augmentation_settings}
    return (Problem(-1, "", sentence, ChangeTraining(f"Switch {words} off", defaults)),)
