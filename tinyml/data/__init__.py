"""Data: built-in and public sets, readers of files and folders, preprocessing, splits, minibatches, augmentation."""

from tinyml.data.augmentation import Augmentation, Brightness, Flip, Noise, Rotate, Shift, Zoom, augment
from tinyml.data.augmented_batch import augmented_examples
from tinyml.data.batches import batch_count, epoch_generator, minibatches
from tinyml.data.catalogue import (
    builtin_descriptions,
    builtin_names,
    describe,
    download,
    known_names,
    load,
    memory_problem,
    options_of,
    public_names,
)
from tinyml.data.choice import DataChoice, ExpectedData
from tinyml.data.columns import ColumnInfo
from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback, Splits
from tinyml.data.loader import Batch, DataLoader
from tinyml.data.options import SourceOptions
from tinyml.data.prepared import choose_source, describe_choice, load_choice, prepare_splits, scale_splits
from tinyml.data.preprocessing import FittedPreprocessing, Preprocessing
from tinyml.data.splitting import split, split_counts

__all__ = [
    "Augmentation",
    "Batch",
    "Brightness",
    "ColumnInfo",
    "DataChoice",
    "DataDescription",
    "DataLoader",
    "Dataset",
    "ExpectedData",
    "FittedPreprocessing",
    "Flip",
    "Noise",
    "Preprocessing",
    "ProgressCallback",
    "Rotate",
    "Shift",
    "SourceOptions",
    "Splits",
    "Zoom",
    "augment",
    "augmented_examples",
    "batch_count",
    "builtin_descriptions",
    "builtin_names",
    "choose_source",
    "describe",
    "describe_choice",
    "download",
    "epoch_generator",
    "known_names",
    "load",
    "load_choice",
    "memory_problem",
    "minibatches",
    "options_of",
    "prepare_splits",
    "public_names",
    "scale_splits",
    "split",
    "split_counts",
]
