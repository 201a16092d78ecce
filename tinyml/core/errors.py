"""The errors of the framework. Each message names the fault, the value, the place and the remedy."""

from tinyml.core.problems import Fix, Problem


class TinymlError(Exception):
    """Base class of every error that the framework raises on purpose.

    The message is one or two sentences for the user: it names the culprit and the remedy.
    """


class ShapeError(TinymlError):
    """An array or a layer's input has a shape that does not fit.

    Arguments:
        sentence: the message, with both shapes and the arithmetic.
        fix: an edit of the network that solves the problem; None if there is no obvious one.
    """

    def __init__(self, sentence: str, fix: Fix | None = None) -> None:
        super().__init__(sentence)
        self.fix = fix


class SettingsError(TinymlError):
    """A setting of a layer, an optimiser or a training run has an invalid value.

    Arguments:
        sentence: the message, with the setting, its value and the allowed values.
        fix: an edit of the network that solves the problem; None if there is no obvious one.
    """

    def __init__(self, sentence: str, fix: Fix | None = None) -> None:
        super().__init__(sentence)
        self.fix = fix


class SpecificationError(TinymlError):
    """A network specification cannot be built.

    Arguments:
        problems: one for each faulty layer.
    """

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(" ".join(str(problem) for problem in problems))
        self.problems = problems


class DataError(TinymlError):
    """A dataset is missing, damaged, or does not fit the network."""


class BrokenFilesError(DataError):
    """Some files of a dataset cannot be read. The user can leave them out with the option `ignored`.

    Arguments:
        sentence: the message, with some of the files.
        files: names of the files, relative to the folder of the dataset.
    """

    def __init__(self, sentence: str, files: tuple[str, ...]) -> None:
        super().__init__(sentence)
        self.files = files


class NotDownloadedError(DataError):
    """A public set must be downloaded before it can be read."""


class StorageError(TinymlError):
    """A file could not be read or written; nothing was changed."""


class DivergedError(TinymlError):
    """The loss became NaN or infinite. The network has the weights from the end of the previous epoch again.

    Arguments:
        epoch: the epoch of the failure, counted from 1.
        batch: the batch in this epoch, counted from 1.
        loss: the value of the loss.
        layer: name of the first layer with a value that is not finite; None if only the loss overflowed.
        kept_epoch: the epoch with the weights that the network has now, 0 for the initial weights; None if it is
            unknown, as in a run that was resumed in the middle of an epoch.
        before_first_step: True if the initial weights gave this loss, so that no setting of the steps is to blame.

    Attributes:
        fault, advice: the sentences of the message before and after the sentence about the weights.
    """

    def __init__(
        self,
        epoch: int,
        batch: int,
        loss: float,
        layer: str | None,
        kept_epoch: int | None = None,
        before_first_step: bool = False,
    ) -> None:
        where = f"first seen in the output of layer '{layer}'" if layer else "every layer's output is still finite"
        kept = {None: "The last good weights", 0: "The initial weights"}.get(
            kept_epoch, f"The weights of the end of epoch {kept_epoch}"
        )
        self.fault = f"The loss became {loss} in epoch {epoch}, batch {batch} ({where})."
        self.advice = (
            "No step had been taken yet: scale the inputs, or check the data for extreme values."
            if before_first_step
            else "Lower the learning rate, or check the data for extreme values."
        )
        super().__init__(f"{self.fault} {kept} are kept. {self.advice}")
        self.epoch, self.batch, self.loss, self.layer, self.kept_epoch = epoch, batch, loss, layer, kept_epoch
        self.before_first_step = before_first_step
