"""Preprocessing: how raw examples become the inputs of a network. It is fitted on training examples only."""

from tinyml.data.preprocessing.encoding import (
    ColumnEncoding,
    Encoding,
    ImageEncoding,
    TableEncoding,
    encode_image,
    encode_rows,
)
from tinyml.data.preprocessing.fitted import FittedPreprocessing
from tinyml.data.preprocessing.scaling import Scaling, fit_scaling
from tinyml.data.preprocessing.settings import Preprocessing

__all__ = [
    "ColumnEncoding",
    "Encoding",
    "FittedPreprocessing",
    "ImageEncoding",
    "Preprocessing",
    "Scaling",
    "TableEncoding",
    "encode_image",
    "encode_rows",
    "fit_scaling",
]
