"""What everything else in the framework stands on: parameters, errors, shapes, sliding windows, seeds."""

from tinyml.core.arrays import Array, as_array, as_examples, as_floats
from tinyml.core.errors import (
    BrokenFilesError,
    DataError,
    DivergedError,
    NotDownloadedError,
    SettingsError,
    ShapeError,
    SpecificationError,
    StorageError,
    TinymlError,
)
from tinyml.core.failures import Failure, FailureKind, failure_kind
from tinyml.core.initialisers import Fans, Initialiser, initial_bias, initial_weight
from tinyml.core.parameter import Parameter
from tinyml.core.problems import (
    AppendLayers,
    ChangeData,
    ChangeSettings,
    ChangeTraining,
    ChangeType,
    Fix,
    InsertBefore,
    MoveBefore,
    Problem,
    RemoveLayer,
    RenameLayer,
)
from tinyml.core.seeding import set_seed, shared_generator, uniform_fan_in
from tinyml.core.shapes import Pair, Shape, as_pair, describe_count, describe_pair, describe_shape

__all__ = [
    "AppendLayers",
    "Array",
    "BrokenFilesError",
    "ChangeData",
    "ChangeSettings",
    "ChangeTraining",
    "ChangeType",
    "DataError",
    "DivergedError",
    "Failure",
    "FailureKind",
    "Fans",
    "Fix",
    "Initialiser",
    "InsertBefore",
    "MoveBefore",
    "NotDownloadedError",
    "Pair",
    "Parameter",
    "Problem",
    "RemoveLayer",
    "RenameLayer",
    "SettingsError",
    "Shape",
    "ShapeError",
    "SpecificationError",
    "StorageError",
    "TinymlError",
    "as_array",
    "as_examples",
    "as_floats",
    "as_pair",
    "describe_count",
    "describe_pair",
    "describe_shape",
    "failure_kind",
    "initial_bias",
    "initial_weight",
    "set_seed",
    "shared_generator",
    "uniform_fan_in",
]
