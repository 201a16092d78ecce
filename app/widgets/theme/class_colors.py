"""Colours and symbols that tell classes apart in plots of points."""

from app.widgets.theme.theme import FAMILY_COLORS

CLASS_COLORS = tuple(
    FAMILY_COLORS[family] for family in ("convolution", "regularisation", "activation", "pooling", "dense")
)
CLASS_SYMBOLS = ("o", "s", "t", "d", "star")
"""Classes differ in their symbols and in their colours. The names are those of pyqtgraph."""


def class_color(index: int) -> str:
    """Return the colour of a class. The colours repeat after five classes, with other symbols.

    Arguments:
        index: index of the class.
    """
    return CLASS_COLORS[index % len(CLASS_COLORS)]


def class_symbol(index: int) -> str:
    """Return the symbol of a class. Each time the colours repeat, the next symbol comes: 25 classes look different.

    Arguments:
        index: index of the class.
    """
    return CLASS_SYMBOLS[(index + index // len(CLASS_COLORS)) % len(CLASS_SYMBOLS)]
