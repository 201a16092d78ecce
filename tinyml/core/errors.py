"""The errors of the framework: each says what was wrong, with which value, where, and what to do about it."""

from tinyml.core.problems import Fix, Problem


class TinymlError(Exception):
    """Base class of every error that the framework raises on purpose.

    The text is one sentence (or two) for the person in front of the screen: it names the culprit and the remedy.
    """


class ShapeError(TinymlError):
    """An array or a layer's input has a shape that does not fit.

    Arguments:
        sentence: what does not fit, with both shapes and the arithmetic.
        fix: an edit of the network that would mend it, when there is an obvious one.
    """

    def __init__(self, sentence: str, fix: Fix | None = None) -> None:
        super().__init__(sentence)
        self.fix = fix


class SettingsError(TinymlError):
    """A setting of a layer, an optimiser or a training run has an impossible value.

    Arguments:
        sentence: which setting has which value, and what is allowed.
        fix: an edit of the network that would mend it, when there is an obvious one.
    """

    def __init__(self, sentence: str, fix: Fix | None = None) -> None:
        super().__init__(sentence)
        self.fix = fix


class SpecificationError(TinymlError):
    """A network specification cannot be built.

    Arguments:
        problems: one entry for each layer that is at fault.
    """

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(" ".join(str(problem) for problem in problems))
        self.problems = problems


class DataError(TinymlError):
    """A dataset is missing, damaged, or does not fit the network."""


class StorageError(TinymlError):
    """A file could not be read or written; nothing was changed."""


class DivergedError(TinymlError):
    """The loss became NaN or infinite; the network holds again what it held at the end of the epoch before.

    Arguments:
        epoch: the epoch it happened in, counted from 1.
        batch: the batch of that epoch, counted from 1.
        loss: the value of the loss.
        layer: name of the first layer with a value that is not finite, or None when only the loss overflowed.
        kept_epoch: whose final weights the network holds again, 0 for those that the run began with; None when that is
            not known, as in a run that was resumed in the middle of an epoch.

    Attributes:
        fault, advice: the parts of the sentence before and after what it says of the weights that are kept.
    """

    def __init__(self, epoch: int, batch: int, loss: float, layer: str | None, kept_epoch: int | None = None) -> None:
        where = f"first seen in the output of layer '{layer}'" if layer else "every layer's output is still finite"
        kept = {None: "The last good weights", 0: "The weights it began with"}.get(
            kept_epoch, f"The weights of the end of epoch {kept_epoch}"
        )
        self.fault = f"The loss became {loss} in epoch {epoch}, batch {batch} ({where})."
        self.advice = "Lower the learning rate, or check the data for extreme values."
        super().__init__(f"{self.fault} {kept} are kept. {self.advice}")
        self.epoch, self.batch, self.loss, self.layer, self.kept_epoch = epoch, batch, loss, layer, kept_epoch
