"""HTML whose text may come from a file: nothing of it becomes markup."""

import base64
import html
import io
from collections.abc import Iterable, Sequence

import numpy as np
from PIL import Image

from tinyml.visualize.network_drawing.drawing import printable


def safe(text: object, longest: int = 200) -> str:
    """Return text for a page: markup is escaped, every character is visible, and a long text loses its middle.

    Arguments:
        text: any text or number.
        longest: largest number of characters.

    >>> safe("<script>")
    '&lt;script&gt;'
    """
    shown = str(text)
    if len(shown) > longest:
        shown = f"{shown[: longest // 2]}…{shown[-longest // 2 :]}"
    return html.escape("\u00a0".join(printable(part) for part in shown.split("\u00a0")))


def inline_image(colours: np.ndarray, alternative: str, width: int) -> str:
    """Return an image element that holds its pixels; small pictures get large pixels.

    Arguments:
        colours: `(H, W, 3)` bytes.
        alternative: what the image shows, for screen readers.
        width: in CSS pixels.
    """
    content = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(colours)).save(content, "PNG", optimize=True)
    source = base64.b64encode(content.getvalue()).decode()
    height = max(round(width * colours.shape[0] / colours.shape[1]), 1)
    return f'<img src="data:image/png;base64,{source}" width="{width}" height="{height}" alt="{safe(alternative)}">'


def section(title: str, content: str, note: str = "", style: str = "") -> str:
    """Return a section with a heading.

    Arguments:
        title: of the section.
        content: its HTML.
        note: a sentence below the heading; empty for none.
        style: class of the section.
    """
    words = f'<p class="note">{safe(note, 1000)}</p>' if note else ""
    return f'<section class="{style}"><h2>{safe(title)}</h2>{words}{content}</section>'


def definitions(rows: Iterable[tuple[str, object]]) -> str:
    """Return a table of names and values.

    Arguments:
        rows: pairs of name and value.
    """
    lines = "".join(f"<tr><th scope='row'>{safe(name)}</th><td>{safe(value)}</td></tr>" for name, value in rows)
    return f'<table class="definitions">{lines}</table>'


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table of numbers; the first column holds names.

    Arguments:
        header: names of the columns.
        rows: the cells of each row.
    """
    head = "".join(f"<th scope='col'>{safe(name)}</th>" for name in header)
    lines = "".join(
        f"<tr><th scope='row'>{safe(name)}</th>{''.join(f'<td>{safe(cell)}</td>' for cell in cells)}</tr>"
        for name, *cells in rows
    )
    return f'<table class="numbers"><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>'


def number(value: float | None, digits: int = 4) -> str:
    """Return a number with some significant digits and a real minus sign; None and NaN as a dash.

    Arguments:
        value: the number.
        digits: significant digits.

    >>> number(-0.123456), number(None)
    ('−0.1235', '–')
    """
    if value is None or not np.isfinite(value):
        return "–"
    return f"{value:.{digits}g}".replace("-", "−")


def percentage(share: float | None) -> str:
    """Return a share from 0 to 1 as a percentage; None and NaN as a dash.

    Arguments:
        share: the share.

    >>> percentage(0.9554)
    '95.5\\xa0%'
    """
    return "–" if share is None or not np.isfinite(share) else f"{100 * share:.1f}\u00a0%"
