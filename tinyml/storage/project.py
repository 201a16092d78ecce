"""Project files: the network, the data choice and the training settings as versioned JSON (`*.tinyml.json`).

    {"format": "tinyml-project", "version": 2, "network": {…}, "data": {…}, "training": {…}}

Layers are kept word for word, known or not: a file that was made with a layer file of one's own loses nothing here.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tinyml.core import StorageError
from tinyml.core.files import read_bounded, write_atomically
from tinyml.core.json_text import read_json_object, write_json
from tinyml.core.validation import describe_validation_error
from tinyml.data.choice import DataChoice
from tinyml.learner.settings import TrainingSettings
from tinyml.net import NetworkSpecification
from tinyml.storage.file_kind import require_kind

PROJECT_FORMAT = "tinyml-project"
PROJECT_VERSION = 2
PROJECT_SUFFIX = ".tinyml.json"
_LARGEST_FILE = 4 * 2**20
_MOST_MARKS = 200_000
"""A thousand layers have about forty thousand commas, colons and brackets."""

Migration = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes the plain content of a file of one version and returns that of the next."""

MIGRATIONS: dict[int, Migration] = {
    # Version 2 has more training settings (optimiser, schedule, …); what version 1 always did is their default.
    1: lambda content: content,
}
"""For each older version, the step to the one after it. Steps know nothing of today's classes, which will change."""


class Project(BaseModel):
    """What a user builds: a network, the data it learns from, and how it is trained. Frozen; edits make new ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    network: NetworkSpecification = Field(default_factory=NetworkSpecification)
    data: DataChoice = Field(default_factory=DataChoice)
    training: TrainingSettings = Field(default_factory=TrainingSettings)


def save_project(path: str | Path, project: Project) -> None:
    """Write a project file, atomically. The same project gives the same bytes.

    Raises `StorageError` when the file cannot be written, or a setting holds NaN or infinity, which JSON does not know.
    """
    text = project_to_json(project, str(path))
    write_atomically(path, text.encode("utf-8"))


def read_project(path: str | Path) -> Project:
    """Read a project file of this version or an older one.

    Raises `StorageError`, with one sentence that names the key at fault, when the file is missing, damaged, not a
    project, or from a newer version.
    """
    require_kind(path, "project")
    return project_from_json(read_bounded(path, _LARGEST_FILE), str(path))


def project_to_json(project: Project, source: str = "the project") -> str:
    """Write a project as the text of a project file; raises `StorageError` as `save_project` does.

    >>> project_to_json(Project()).splitlines()[1:3]
    ['  "format": "tinyml-project",', '  "version": 2,']
    """
    content = {"format": PROJECT_FORMAT, "version": PROJECT_VERSION, **project.model_dump(mode="python")}
    return write_json(content, source, indent=2) + "\n"


def project_from_json(text: str | bytes, source: str = "the project") -> Project:
    """Read a project from the text of a project file; raises `StorageError` as `read_project` does.

    >>> project_from_json(project_to_json(Project())) == Project()
    True
    """
    content = read_json_object(text, source, _MOST_MARKS)
    if content.get("format") != PROJECT_FORMAT:
        raise StorageError(f"'{source}' is not a TinyML project: its 'format' is not \"{PROJECT_FORMAT}\".")
    version = content.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise StorageError(f"'{source}' is not a TinyML project: its 'version' should be a whole number from 1 on.")
    if version > PROJECT_VERSION:
        raise StorageError(
            f"'{source}' was saved by a newer TinyML Studio (file version {version}; this one reads up to "
            f"{PROJECT_VERSION}). Update TinyML Studio to open it."
        )
    for step in range(version, PROJECT_VERSION):
        content = MIGRATIONS[step](content)
    content = {key: value for key, value in content.items() if key not in ("format", "version")}
    try:
        return Project.model_validate(content)
    except ValidationError as error:
        raise StorageError(f"'{source}' cannot be opened. {describe_validation_error(error)}") from error
