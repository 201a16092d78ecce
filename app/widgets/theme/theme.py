"""Colours and sizes of the window, light and dark. No other module names a colour of the theme."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtGui import QColor, QGuiApplication, QPalette

GRID = 8
"""Distances are multiples of this many pixels, or of half of it."""

RADIUS = 6
"""Radius of the corners of cards and buttons, in pixels."""

FAMILY_COLORS = {
    "input": "#8a8f98",
    "convolution": "#0072B2",
    "pooling": "#CC79A7",
    "dense": "#D55E00",
    "activation": "#009E73",
    "regularisation": "#E69F00",
    "block": "#56B4E9",
    "loss": "#8a8f98",
}
"""Colour of each layer family (Okabe & Ito 2008: distinct for people with any colour vision)."""

DARK_FAMILY_COLORS = FAMILY_COLORS | {"convolution": "#3d9fdb", "dense": "#e8762c", "activation": "#1fb58c"}
"""The same for the dark theme. The darkest of them are lighter here, and still distinct."""

SERIES_COLORS = {"training": "#56B4E9", "validation": "#E69F00"}
"""Colours of the curves, from the same palette. The curves also differ in line style."""

RUN_COLORS = {
    False: ("#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#0072B2"),
    True: ("#56B4E9", "#E69F00", "#1fb58c", "#CC79A7", "#e8762c", "#F0E442"),
}
"""Colours of the kept runs, from the same palette, in the light (False) and the dark theme (True)."""

SPLIT_COLORS = {
    False: {"training": ("#0072B2", "#ffffff"), "validation": ("#B07300", "#ffffff"), "test": ("#5f6672", "#ffffff")},
    True: {"training": ("#56B4E9", "#101318"), "validation": ("#E69F00", "#101318"), "test": ("#9aa1ad", "#101318")},
}
"""Colours of the parts of the data and of the text on them, in the light (False) and the dark theme (True)."""


@dataclass(frozen=True)
class Theme:
    """Every colour that is not a family's or a curve's.

    Attributes:
        dark: True for light text on a dark window.
        canvas: background of the cards.
        surface: background of panels.
        card: background of cards and buttons.
        field: background of values in a form.
        border: outlines.
        text: normal text.
        muted: secondary text.
        accent: the one colour for selection, focus and the main button.
        on_accent: text on the accent.
        danger: problems and errors.
        warning: notes that need attention.
        track: the empty part of bars, and chips.
    """

    dark: bool
    canvas: str
    surface: str
    card: str
    field: str
    border: str
    text: str
    muted: str
    accent: str
    on_accent: str
    danger: str
    warning: str
    track: str


LIGHT = Theme(
    dark=False,
    canvas="#ecedf1",
    surface="#ffffff",
    card="#ffffff",
    field="#ffffff",
    border="#d9dbe1",
    text="#1d2127",
    muted="#5f6672",
    accent="#2f6fde",
    on_accent="#ffffff",
    danger="#c0281c",
    warning="#8a5a00",
    track="#e9eaee",
)
DARK = Theme(
    dark=True,
    canvas="#17181b",
    surface="#212429",
    card="#25282e",
    field="#1a1c20",
    border="#3a3e46",
    text="#e6e8ec",
    muted="#9aa1ad",
    accent="#6ea3ff",
    on_accent="#101318",
    danger="#ff7a6b",
    warning="#f0b64a",
    track="#33373e",
)

_themes_of_pictures: list[Theme] = []
"""The themes of the `painted_in` that are active, from the outermost to the innermost one."""


def family_color(family: str) -> QColor:
    """Return the colour of a layer `family` in the current theme; the muted one for an unknown family."""
    theme = current_theme()
    colors = DARK_FAMILY_COLORS if theme.dark else FAMILY_COLORS
    return QColor(colors.get(family, theme.muted))


def run_color(number: int) -> QColor:
    """Return the colour of a run in the current theme; the colours repeat.

    Arguments:
        number: of the colour, from 0.
    """
    colors = RUN_COLORS[current_theme().dark]
    return QColor(colors[number % len(colors)])


def current_theme() -> Theme:
    """Return the theme of the application: the one whose palette is set."""
    if _themes_of_pictures:
        return _themes_of_pictures[-1]
    return DARK if QGuiApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


@contextmanager
def painted_in(theme: Theme) -> Iterator[None]:
    """Let `current_theme` return another theme inside a `with` statement, to paint a picture for a file.

    Arguments:
        theme: the theme of the picture. The widgets on screen keep theirs.
    """
    _themes_of_pictures.append(theme)
    try:
        yield
    finally:
        _themes_of_pictures.pop()


def palette_for(theme: Theme) -> QPalette:
    """Return the palette of Qt's style Fusion in the colours of `theme`."""
    palette = QPalette()
    role = QPalette.ColorRole
    colors = {
        role.Window: theme.surface,
        role.WindowText: theme.text,
        role.Base: theme.field,
        role.AlternateBase: theme.track,
        role.Text: theme.text,
        role.Button: theme.card,
        role.ButtonText: theme.text,
        role.BrightText: theme.danger,
        role.ToolTipBase: theme.card,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.muted,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent,
        role.Link: theme.accent,
        role.Mid: theme.border,
        role.Dark: theme.border,
        role.Midlight: theme.track,
        role.Light: theme.card,
        role.Accent: theme.accent,
    }
    for color_role, color in colors.items():
        palette.setColor(color_role, QColor(color))
    for color_role in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, color_role, QColor(theme.muted))
    return palette
