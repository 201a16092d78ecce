"""Files: projects, models, checkpoints, exports, and the tensors of files of other programs."""

from tinyml.core.tensor_header import TensorHeader
from tinyml.core.tensor_reader import GraphSummary, TensorError, TensorFileHeader, TensorReader
from tinyml.storage.checkpoint import SavedCheckpoint, read_checkpoint, save_checkpoint
from tinyml.storage.comparison import ChangeStatus, TensorChange, compare_files
from tinyml.storage.examples import example_names, example_path, lesson_names, lesson_path, open_project
from tinyml.storage.file_kind import FileKind, identify, require_kind
from tinyml.storage.health import (
    FileHealth,
    HealthFinding,
    TypeSize,
    assess_health,
    describe_sizes,
    is_weight,
    sizes_by_type,
)
from tinyml.storage.model import (
    EpochSummary,
    SavedModel,
    load_into,
    load_model,
    model_from_header,
    read_model,
    save_model,
    summarise_history,
)
from tinyml.storage.project import (
    MOST_DISMISSED_HINTS,
    PROJECT_SUFFIX,
    DismissedHint,
    Project,
    project_from_json,
    project_to_json,
    read_project,
    save_project,
)
from tinyml.storage.starters import Starter, starter_for
from tinyml.storage.tensor_files import iterate_tensors, open_tensors, read_header, read_tensors
from tinyml.storage.tensor_sources import tensor_patterns
from tinyml.storage.tensor_summary import TensorSummary, summarise, summarise_tensors

__all__ = [
    "MOST_DISMISSED_HINTS",
    "PROJECT_SUFFIX",
    "ChangeStatus",
    "DismissedHint",
    "EpochSummary",
    "FileHealth",
    "FileKind",
    "GraphSummary",
    "HealthFinding",
    "Project",
    "SavedCheckpoint",
    "SavedModel",
    "Starter",
    "TensorChange",
    "TensorError",
    "TensorFileHeader",
    "TensorHeader",
    "TensorReader",
    "TensorSummary",
    "TypeSize",
    "assess_health",
    "compare_files",
    "describe_sizes",
    "example_names",
    "example_path",
    "identify",
    "is_weight",
    "iterate_tensors",
    "lesson_names",
    "lesson_path",
    "load_into",
    "load_model",
    "model_from_header",
    "open_project",
    "open_tensors",
    "project_from_json",
    "project_to_json",
    "read_checkpoint",
    "read_header",
    "read_model",
    "read_project",
    "read_tensors",
    "require_kind",
    "save_checkpoint",
    "save_model",
    "save_project",
    "sizes_by_type",
    "starter_for",
    "summarise",
    "summarise_history",
    "summarise_tensors",
    "tensor_patterns",
]
