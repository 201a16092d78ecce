"""Which of several dropped files can be opened together: one project, then files of weights, then one dataset."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.formatting import format_list
from app.widgets.plain_text import short
from tinyml.core import TinymlError
from tinyml.storage import FileKind, identify

_MANY_IMAGES = (
    "Several images are data: put them into a folder that has one folder for each class, and drop that folder. "
    "Drop one image to see what the network predicts for it."
)
_IMAGE_AMONG_OTHERS = "Drop {name} alone to see what the network predicts for it."


@dataclass(frozen=True)
class FileSelection:
    """Files and folders, by what the window does with them.

    Attributes:
        project: the first project; None if there is no project. It is opened before the others.
        weights: the files of weights; Models lists all of them, and shows the first one.
        data: the first file or folder of data, which the project then uses; None if there is no data.
        image: the image, if it is the only path: an own example for Inspect. None otherwise.
        surplus: further projects and data.
        refused: a sentence for each path that cannot be opened.
    """

    project: Path | None
    weights: tuple[Path, ...]
    data: Path | None
    image: Path | None
    surplus: tuple[Path, ...]
    refused: dict[Path, str]

    @property
    def chosen(self) -> list[Path]:
        """The paths to open, in order."""
        paths = (self.project, *self.weights, self.data, self.image)
        return [path for path in paths if path is not None]

    def remark(self) -> str:
        """Return what is opened and what is not; empty if there is only one path and it can be opened."""
        if not self.chosen:
            first, *others = self.refused.values()
            if all(sentence == first for sentence in others):
                return first
            return f"{first} None of the other files can be opened either."
        if len(self.chosen) + len(self.surplus) + len(self.refused) == 1:
            return ""
        parts = [f"Opened {_name_all(self.chosen)}."]
        if self.surplus:
            parts.append(
                f"Not opened: {_name_all(self.surplus)}, because only one project and one dataset are open at a time."
            )
        if len(set(self.refused.values())) == 1:
            parts.append(next(iter(self.refused.values())))
        elif self.refused:
            parts.append(f"TinyML cannot open {_name_all(list(self.refused))}.")
        return " ".join(parts)


def select_files(paths: Sequence[Path]) -> FileSelection:
    """Return what to do with files and folders, as their content says.

    Arguments:
        paths: at least one path; equal ones count once.
    """
    kinds = {path: identify_safely(path) for path in paths}

    def all_of(kind: str) -> list[Path]:
        return [path for path, found in kinds.items() if found.kind == kind]

    projects, weights, images = all_of("project"), all_of("tensors"), all_of("image")
    # A part of a dataset stands for the folder that it is in.
    folders = [path.parent for path in all_of("part") if identify_safely(path.parent).kind == "data"]
    data = list(dict.fromkeys([*all_of("data"), *folders]))
    refused = {path: kinds[path].sentence for path in all_of("other")}
    refused |= {path: kinds[path].sentence for path in all_of("part") if path.parent not in folders}
    if len(kinds) > 1:
        one = _IMAGE_AMONG_OTHERS.format(name=short(images[0].name)) if images else ""
        refused |= dict.fromkeys(images, one if len(images) == 1 else _MANY_IMAGES)
    return FileSelection(
        project=next(iter(projects), None),
        weights=tuple(weights),
        data=next(iter(data), None),
        image=images[0] if len(kinds) == 1 and images else None,
        surplus=(*projects[1:], *data[1:]),
        refused=refused,
    )


def identify_safely(path: Path) -> FileKind:
    """Return the kind of a path: "other", with the reason, if it cannot be read.

    Arguments:
        path: of a file or folder.
    """
    try:
        return identify(path)
    except TinymlError as error:
        return FileKind("other", str(error))


def _name_all(paths: Sequence[Path]) -> str:
    return format_list([short(path.name) for path in paths])
