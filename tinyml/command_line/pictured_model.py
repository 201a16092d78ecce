"""What `tinyml deconv` and `tinyml sheet` share: the model and the part of its data that they show."""

import argparse
from typing import NamedTuple

from tinyml.command_line.data_arguments import change_choice, load_splits
from tinyml.command_line.downloading import download_if_needed
from tinyml.core import DataError, describe_shape
from tinyml.core.files import check_can_save, show_path
from tinyml.data import DataChoice, Dataset
from tinyml.net import Sequential
from tinyml.storage import SavedModel, load_model
from tinyml.visualize.figures.figure import require_format


class PicturedModel(NamedTuple):
    """A saved model, and the choice of data for its pictures.

    Attributes:
        net: the network.
        about: what the file says about it.
        choice: the data.
    """

    net: Sequential
    about: SavedModel
    choice: DataChoice


def open_model(options: argparse.Namespace) -> PicturedModel:
    """Check the file to write, and read the model.

    Arguments:
        options: the parsed command line.

    Raises `TinymlError` when the file cannot be written, when the model cannot be read, when it takes no images, or
    when an option of the data is wrong.
    """
    require_format(options.out)
    check_can_save(options.out)
    net, about = load_model(options.model)
    if len(about.input_shape) != 3:
        raise DataError(
            f"'{show_path(options.model)}' takes {describe_shape(about.input_shape)} numbers and no images, so there "
            "are no pixels to draw. Choose a model of images."
        )
    return PicturedModel(net, about, change_choice(about.data, options, options.data))


def load_part(pictured: PicturedModel, options: argparse.Namespace) -> Dataset:
    """Load the part of the data that the options name.

    Arguments:
        pictured: the model with its choice of data.
        options: the parsed command line.

    Raises `DataError` if the data cannot be read, if the part is empty, or if its examples have another shape than
    those of the model.
    """
    about, choice = pictured.about, pictured.choice
    download_if_needed(choice.source, getattr(options, "quiet", False))
    splits = load_splits(choice, options.skip_broken, fitted=about.preprocessing)[1]
    parts = {"training": splits.train, "validation": splits.validation, "test": splits.test}
    shape = splits.train.description.example_shape
    if shape != about.input_shape:
        raise DataError(
            f"The examples of {choice.source} have the shape {describe_shape(shape)}, but "
            f"'{show_path(options.model)}' expects {describe_shape(about.input_shape)}. Choose other data, or its size "
            f"with --preprocess size={about.input_shape[1]}x{about.input_shape[2]}."
        )
    part = parts[options.part]
    if not len(part):
        raise DataError(f"The {options.part} part of {choice.source} is empty. Choose another one with --part.")
    return part
