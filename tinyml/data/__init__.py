"""Data: built-in sets, readers of files and folders, splits, minibatches, augmentation."""

from tinyml.data.augmentation import Augmentation, Brightness, Flip, Noise, Rotate, Shift, Zoom, augment
from tinyml.data.batches import batch_count, epoch_generator, minibatches
from tinyml.data.catalogue import builtin_descriptions, builtin_names, describe, load, memory_problem
from tinyml.data.choice import DataChoice
from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback, Splits
from tinyml.data.loader import Batch, DataLoader
from tinyml.data.splitting import split, split_counts

__all__ = [
    "Augmentation",
    "Batch",
    "Brightness",
    "DataChoice",
    "DataDescription",
    "DataLoader",
    "Dataset",
    "Flip",
    "Noise",
    "ProgressCallback",
    "Rotate",
    "Shift",
    "Splits",
    "Zoom",
    "augment",
    "batch_count",
    "builtin_descriptions",
    "builtin_names",
    "describe",
    "epoch_generator",
    "load",
    "memory_problem",
    "minibatches",
    "split",
    "split_counts",
]
