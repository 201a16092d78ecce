"""The parts of the data form: reading, columns, target, split, preprocessing and augmentation."""

from app.forms.data_parts.augmentation_part import AugmentationPart
from app.forms.data_parts.columns_part import ColumnsPart
from app.forms.data_parts.data_part import DataPart
from app.forms.data_parts.preprocessing_part import PreprocessingPart
from app.forms.data_parts.reading_part import ReadingPart
from app.forms.data_parts.split_part import SplitPart
from app.forms.data_parts.target_part import TargetPart

__all__ = [
    "AugmentationPart",
    "ColumnsPart",
    "DataPart",
    "PreprocessingPart",
    "ReadingPart",
    "SplitPart",
    "TargetPart",
]
