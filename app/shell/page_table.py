"""The pages of the window: their names, titles and icons, in the order of the rail."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PageDescription:
    """One page.

    Attributes:
        name: of the page in code and in the settings file.
        title: on the rail, in the menu and in the title of its own window.
        icon: name in the icon font.
        tip: one sentence that says what the page is for.
    """

    name: str
    title: str
    icon: str
    tip: str


PAGES: tuple[PageDescription, ...] = (
    PageDescription("data", "Data", "mdi6.table-large", "Choose the data and how it is split."),
    PageDescription("build", "Build", "mdi6.layers-outline", "Build the network."),
    PageDescription("train", "Train", "mdi6.chart-line", "Train the network and watch its curves."),
    PageDescription("inspect", "Inspect", "mdi6.eye-outline", "Look into the trained network."),
    PageDescription("models", "Models", "mdi6.cube-outline", "Look at the tensors of saved models."),
)


def page_command(name: str) -> str:
    """Return the name of the command that shows a page.

    Arguments:
        name: of the page.
    """
    return f"show_page_{name}"
