"""The analysis of a dataset: what the Data page and `python -m tinyml data` say about it."""

from tinyml.data.analysis.columns import ColumnSummary
from tinyml.data.analysis.data_analysis import DataAnalysis, analyse
from tinyml.data.analysis.duplicates import Duplicates, Leak
from tinyml.data.analysis.finding import Finding, Severity
from tinyml.data.analysis.images import ImageSummary
from tinyml.data.analysis.parts import PART_NAMES

__all__ = [
    "PART_NAMES",
    "ColumnSummary",
    "DataAnalysis",
    "Duplicates",
    "Finding",
    "ImageSummary",
    "Leak",
    "Severity",
    "analyse",
]
