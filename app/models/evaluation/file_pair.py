"""Whether two files can be evaluated side by side."""

from app.models.evaluation.data_offers import describe_other_network
from app.models.reading.file_contents import FileContents
from app.widgets.plain_text import short


def describe_obstacle(this: FileContents, other: FileContents | None) -> str:
    """Return one sentence that says why two files cannot be evaluated side by side; empty if they can.

    Arguments:
        this: the shown file.
        other: the file that it is compared with; None while it is read.
    """
    if this.about is None:
        return this.obstacle
    if other is None:
        return "The other file is not read yet."
    if other.about is None:
        name = short(other.path.name)
        return f"{name} has no network of this program, so it cannot be evaluated. Choose another file."
    problem = describe_other_network(this.about, other.about)
    return f"{problem} Choose another file." if problem else ""
