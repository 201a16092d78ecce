"""Data: built-in sets, folders of IDX files, splitting, and minibatches."""

from tinyml.data.batches import batch_count, minibatches
from tinyml.data.catalogue import builtin_descriptions, builtin_names, describe, load
from tinyml.data.choice import DataChoice
from tinyml.data.dataset import DataDescription, Dataset, Progress, Splits
from tinyml.data.splitting import split, split_counts

__all__ = [
    "DataChoice",
    "DataDescription",
    "Dataset",
    "Progress",
    "Splits",
    "batch_count",
    "builtin_descriptions",
    "builtin_names",
    "describe",
    "load",
    "minibatches",
    "split",
    "split_counts",
]
