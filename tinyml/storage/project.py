"""Project files: network, data choice, training settings and dismissed hints as versioned JSON (`*.tinyml.json`).

    {"format": "tinyml-project", "version": 4, "network": {…}, "data": {…}, "training": {…}, "dismissed_hints": […]}

Layers of unknown types are kept unchanged, so a project with a layer from another folder loses nothing here.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, FailFast, Field, ValidationError

from tinyml.core import StorageError
from tinyml.core.files import read_bounded, write_atomically
from tinyml.core.json_text import read_json_object, write_json
from tinyml.core.validation import describe_validation_error
from tinyml.data.choice import DataChoice
from tinyml.learner.settings import TrainingSettings
from tinyml.net import NetworkSpecification
from tinyml.storage.file_kind import require_kind

PROJECT_FORMAT = "tinyml-project"
PROJECT_VERSION = 4
PROJECT_SUFFIX = ".tinyml.json"
MOST_DISMISSED_HINTS = 1000
"""Largest number of dismissed hints in a project, so that a damaged or hostile file cannot fill the memory."""
_LARGEST_FILE = 4 * 2**20
_MOST_MARKS = 200_000
"""Bounds commas, colons and brackets; a thousand layers have about 40,000."""

Migration = Callable[[dict[str, Any]], dict[str, Any]]
"""Converts the plain content of a file from one version to the next."""

MIGRATIONS: dict[int, Migration] = {
    # Version 2 has more training settings (optimiser, schedule, …); their defaults are the behaviour of version 1.
    1: lambda content: content,
    # Version 3 has dismissed hints; by default there are none.
    2: lambda content: content,
    # Version 4 has options and preprocessing of the data; their defaults are the behaviour of version 3.
    3: lambda content: content,
}
"""The step from each older version to the next. Steps do not use today's classes, which will change."""


class DismissedHint(BaseModel):
    """A hint that the user does not want to see again.

    Attributes:
        rule: name of the rule that gives the hint. Rules of newer versions are kept.
        path: name of the layer, after the names of the blocks around it; empty for the network as a whole.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str = Field(min_length=1, max_length=100)
    path: tuple[str, ...] = Field(default=(), max_length=10)


class Project(BaseModel):
    """The work of a user: a network, a data choice and training settings. It is frozen; edits make new projects."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    network: NetworkSpecification = Field(default_factory=NetworkSpecification)
    data: DataChoice = Field(default_factory=DataChoice)
    training: TrainingSettings = Field(default_factory=TrainingSettings)
    # Without FailFast, a hostile file with many wrong entries takes seconds.
    dismissed_hints: Annotated[tuple[DismissedHint, ...], FailFast()] = Field(
        default=(), max_length=MOST_DISMISSED_HINTS
    )


def save_project(path: str | Path, project: Project) -> None:
    """Write a project file atomically. The same project gives the same bytes.

    Arguments:
        path: the file, usually `*.tinyml.json`.
        project: the project.

    Raises `StorageError` when the file cannot be written, or a setting is NaN or infinity, which JSON does not have.
    """
    text = project_to_json(project, str(path))
    write_atomically(path, text.encode("utf-8"))


def read_project(path: str | Path) -> Project:
    """Read the project file `path`, of this version or an older one.

    Raises `StorageError`, with the name of the wrong key, when the file is missing, damaged, no project, or from a
    newer version.
    """
    require_kind(path, "project")
    return project_from_json(read_bounded(path, _LARGEST_FILE), str(path))


def project_to_json(project: Project, source: str = "the project") -> str:
    """Return the text of a project file.

    Arguments:
        project: the project.
        source: name of the file in error messages.

    Raises `StorageError` as `save_project` does.

    >>> project_to_json(Project()).splitlines()[1:3]
    ['  "format": "tinyml-project",', '  "version": 4,']
    """
    content = {"format": PROJECT_FORMAT, "version": PROJECT_VERSION, **project.model_dump(mode="python")}
    return write_json(content, source, indent=2) + "\n"


def project_from_json(text: str | bytes, source: str = "the project") -> Project:
    """Return the project of the text of a project file.

    Arguments:
        text: the content of the file.
        source: name of the file in error messages.

    Raises `StorageError` as `read_project` does.

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
