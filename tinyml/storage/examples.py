"""The example projects of TinyML Studio: every project file in a folder."""

from pathlib import Path

from tinyml.core import StorageError
from tinyml.core.files import path_exists, show_path
from tinyml.core.resources import resource_path
from tinyml.core.suggestions import did_you_mean
from tinyml.storage.project import PROJECT_SUFFIX, Project, read_project

_FOLDER = "networks"
_LESSONS = "networks/lessons"


def example_names() -> tuple[str, ...]:
    """Return the names of the example projects, sorted.

    >>> "lenet-digits" in example_names()
    True
    """
    return _names_in(_FOLDER)


def example_path(name: str) -> Path:
    """Return the project file of the example `name`.

    Raises `StorageError` when there is no such example.

    >>> example_path("lenet-digits").name
    'lenet-digits.tinyml.json'
    """
    names = example_names()
    if name not in names:
        raise StorageError(
            f"There is no example project '{show_path(name)}'.{did_you_mean(name, names)} "
            f"Examples are: {', '.join(names)}."
        )
    return resource_path(_FOLDER, name + PROJECT_SUFFIX)


def lesson_names() -> tuple[str, ...]:
    """Return the names of the lessons, sorted: example projects in which one thing goes wrong.

    Each has the name of the rule of `tinyml.diagnosis` that finds it.

    >>> "dead_units" in lesson_names()
    True
    """
    return _names_in(_LESSONS)


def lesson_path(name: str) -> Path:
    """Return the project file of the lesson `name`.

    Raises `StorageError` when there is no such lesson.

    >>> lesson_path("dead_units").name
    'dead_units.tinyml.json'
    """
    names = lesson_names()
    if name not in names:
        raise StorageError(
            f"There is no lesson '{show_path(name)}'.{did_you_mean(name, names)} Lessons are: {', '.join(names)}."
        )
    return resource_path(_LESSONS, name + PROJECT_SUFFIX)


def open_project(name: str) -> Project:
    """Read the project file `name`. If there is no such file, read the example or the lesson of that name.

    Raises `StorageError` when there is neither, or the file is damaged.

    >>> len(open_project("circle").network.layers)
    8
    """
    looks_like_a_name = Path(name).name == name and not name.startswith("~") and not name.endswith(".json")
    if looks_like_a_name and not path_exists(name):
        if name in lesson_names():
            return read_project(lesson_path(name))
        return read_project(example_path(name))
    return read_project(name)


def _names_in(folder: str) -> tuple[str, ...]:
    files = resource_path(folder).glob(f"*{PROJECT_SUFFIX}")
    return tuple(sorted(path.name.removesuffix(PROJECT_SUFFIX) for path in files))
