"""Which data a saved network can be evaluated on, and why not on the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.formatting import format_count
from app.training.dataset_cache import Part
from app.widgets.plain_text import short
from tinyml.core import TinymlError, describe_count, describe_shape
from tinyml.data import (
    DataChoice,
    DataDescription,
    builtin_names,
    choose_source,
    describe_choice,
    public_names,
    split_counts,
)
from tinyml.data.preprocessing import TableEncoding
from tinyml.data.public import public_sets
from tinyml.net import infer
from tinyml.storage import SavedModel

PARTS: tuple[Part, ...] = ("test", "validation", "training")
"""The parts of the data; the first one with examples is proposed."""
TRAINED, PROJECT, BUILT_IN, PUBLIC, YOURS = "Trained on", "This project", "Built in", "Public", "Yours"


@dataclass(frozen=True)
class DataSources:
    """The data that the window knows.

    Attributes:
        project: the data of the project; None if there is no project.
        own: paths of the user's data.
    """

    project: DataChoice | None = None
    own: tuple[str, ...] = ()


@dataclass(frozen=True)
class DataOffer:
    """Some data to evaluate on.

    Attributes:
        key: identifies the offer.
        section: the heading under which it is listed.
        choice: the data.
        title: name on the screen.
        counts: number of examples of each part that has any; empty while it is not known.
        problem: one sentence that says why the network cannot be evaluated on these data; empty if it can.
        pending: True until it is known what the data are like.
    """

    key: str
    section: str
    choice: DataChoice
    title: str
    counts: Mapping[Part, int] = field(default_factory=dict)
    problem: str = ""
    pending: bool = True

    @property
    def line(self) -> str:
        """The line below the title in the list."""
        if self.pending:
            return "reading…"
        if self.problem:
            return "does not fit"
        return " · ".join(f"{part} {format_count(self.counts[part])}" for part in self.counts)


def as_learned(choice: DataChoice, about: SavedModel) -> DataChoice:
    """Return the choice of some data, read and prepared as a network learned its own data.

    The source, its options and the split stay what they are.

    Arguments:
        choice: the data.
        about: the file with the network.
    """
    return choice.model_copy(update={"preprocessing": about.data.preprocessing, "target": about.data.target})


def list_offers(about: SavedModel, sources: DataSources) -> tuple[DataOffer, ...]:
    """List the data to evaluate on, without a look at the disk. The data of the file come first.

    All data are prepared as the file says. Only the data of the project keep their own split.

    Arguments:
        about: the shown file.
        sources: the data that the window knows.
    """
    own = about.data.model_copy(update={"expected": None})
    found = [(TRAINED, own.source, own)]
    if sources.project is not None:
        project = as_learned(sources.project, about).model_copy(update={"expected": None})
        found.append((PROJECT, project.source, project))
    for section, names in ((BUILT_IN, builtin_names()), (PUBLIC, public_names()), (YOURS, sources.own)):
        for name in names:
            # The options of the user's data depend on their kind, so on the disk: `examine` looks there.
            named = own if name == own.source else own.model_copy(update={"source": name, "options": {}})
            found.append((section, name, named if section == YOURS else choose_source(own, name)))
    offers: list[DataOffer] = []
    for section, source, choice in found:
        if choice not in [offer.choice for offer in offers]:
            offers.append(DataOffer(f"{section}/{source}", section, choice, short(Path(source).name or source)))
    return tuple(offers)


def examine(offer: DataOffer, models: Sequence[SavedModel]) -> DataOffer:
    """Look at some data, and return the offer with what was found. Call this off the GUI thread.

    Arguments:
        offer: the data.
        models: all of them must fit the data.
    """
    choice = offer.choice
    try:
        if offer.section == YOURS:
            choice = choose_source(models[0].data, choice.source).model_copy(update={"expected": None})
        if choice.source in public_names() and not public_sets()[choice.source].is_downloaded:
            title = public_sets()[choice.source].title
            return _refuse(offer, title, f"{title} is not downloaded. Download it on the Data page.")
        descriptions = [describe_choice(as_learned(choice, about)) for about in models]
        found = (describe_misfit(about, each) for about, each in zip(models, descriptions, strict=True))
        misfits, description = [sentence for sentence in found if sentence], descriptions[0]
        counts = dict(zip(("training", "validation", "test"), split_counts(description, choice), strict=True))
    except TinymlError as error:
        return _refuse(offer, offer.title, str(error))
    title = short(description.title)
    if misfits:
        return _refuse(offer, title, misfits[0])
    filled = {part: counts[part] for part in PARTS if counts[part]}
    return DataOffer(offer.key, offer.section, choice, title, filled, pending=False)


def describe_misfit(about: SavedModel, data: DataDescription) -> str:
    """Return one sentence that says why a network cannot be evaluated on some data; empty if it can.

    Arguments:
        about: the file with the network.
        data: the description of the data.
    """
    title = short(data.title)
    encoding = None if about.preprocessing is None else about.preprocessing.encoding
    # The columns of a table are brought into the order of the network by their names.
    by_name = isinstance(encoding, TableEncoding) and isinstance(data.encoding, TableEncoding)
    if data.example_shape != about.input_shape and not by_name:
        return (
            f"The examples of {title} are {_in_words(data.example_shape)}, but the network needs "
            f"{_in_words(about.input_shape)}."
        )
    output = output_shape_of(about)
    if not data.has_classes:
        if about.class_names:
            return f"The targets of {title} are numbers, but the network tells classes apart."
        if data.target_shape != output:
            wanted, found = describe_shape(data.target_shape or ()), describe_shape(output)
            return f"The targets of {title} are {wanted}, but the network returns {found}."
        return ""
    if about.target_shape is not None:
        return f"{title} has classes, but the network predicts numbers."
    known = about.class_names
    if not known:
        return "" if output == (len(data.class_names),) else _other_classes(title, data, output[0])
    unknown = [name for name in data.class_names if name not in known]
    if unknown and len(data.class_names) != len(known):
        return _other_classes(title, data, len(known))
    return f"{title} has the class '{short(unknown[0])}', which the network does not know." if unknown else ""


def describe_other_network(this: SavedModel, other: SavedModel) -> str:
    """Return one sentence that says why two networks cannot be evaluated side by side; empty if they can.

    Arguments:
        this, other: the files with the networks.
    """
    if this.input_shape != other.input_shape:
        shapes = _in_words(this.input_shape), _in_words(other.input_shape)
        return f"One network needs examples of {shapes[0]}, the other one of {shapes[1]}, so no data fits both."
    if this.data.target != other.data.target:
        return "One network learned to predict its input, the other one did not, so no target fits both."
    if (this.target_shape is None) != (other.target_shape is None):
        return "One network tells classes apart, the other one predicts numbers, so no data fits both."
    outputs = output_shape_of(this), output_shape_of(other)
    if outputs[0] != outputs[1]:
        return (
            f"One network returns {describe_shape(outputs[0])}, the other one {describe_shape(outputs[1])}, so no data "
            "fits both."
        )
    if this.class_names != other.class_names:
        return "The two networks know different classes, so no data fits both."
    return ""


def output_shape_of(about: SavedModel) -> tuple[int, ...]:
    """Return the shape of the output of a network for one example.

    Arguments:
        about: the file with the network.
    """
    layers = infer(about.network, about.input_shape).layers
    return (layers[-1].output_shape or ()) if layers else about.input_shape


def _in_words(shape: tuple[int, ...]) -> str:
    return describe_count(shape[0], "number") if len(shape) == 1 else describe_shape(shape)


def _other_classes(title: str, data: DataDescription, known: int) -> str:
    return f"{title} has {describe_count(len(data.class_names), 'class')}, but the network knows {known}."


def _refuse(offer: DataOffer, title: str, problem: str) -> DataOffer:
    return DataOffer(offer.key, offer.section, offer.choice, title, problem=problem, pending=False)
