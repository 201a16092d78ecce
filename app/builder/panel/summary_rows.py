"""The rows of the summary: one for each layer, and one with the totals; and the same as CSV and Markdown."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.document import BlockPath, Document
from app.formatting import UNKNOWN, format_count
from tinyml.core import Shape, describe_shape
from tinyml.core.memory import describe_bytes
from tinyml.layers import display_name
from tinyml.net import LayerInference
from tinyml.net.facts import LayerFacts

TOTAL = "Total"
INDENT = "    "
"""Stands before the name of a layer, once for each block around it."""

Value = str | int | None
"""The content of a cell: a text, a number, or None if it is unknown."""


@dataclass(frozen=True)
class SummaryRow:
    """The facts about one layer, or about all of them.

    Attributes:
        path: name of the layer, after the names of the blocks around it; empty in the row with the totals.
        type_name: its type, as people read it; empty in the row with the totals.
        output: its output shape; None if it is unknown.
        parameters: number of its parameters; None if the shapes are unknown.
        operations: number of its operations for one example; None if it is unknown.
        memory: bytes of its activations for one batch; None if it is unknown.
        receptive_field: the pixels that one output sees, as text; empty if the examples are no images.
    """

    path: BlockPath
    type_name: str = ""
    output: str | None = None
    parameters: int | None = None
    operations: int | None = None
    memory: int | None = None
    receptive_field: str = ""

    @property
    def is_total(self) -> bool:
        """True for the row with the totals."""
        return not self.path

    @property
    def full_name(self) -> str:
        """The name of the layer after the names of the blocks around it, such as "residual_1/conv_1"."""
        return "/".join(self.path) or TOTAL

    @property
    def label(self) -> str:
        """The name, indented for each block around the layer."""
        return f"{INDENT * (len(self.path) - 1)}{self.path[-1]}" if self.path else TOTAL


@dataclass(frozen=True)
class SummaryColumn:
    """One column of the summary.

    Attributes:
        title: text of its header.
        tip: tool tip of its header, one sentence.
        value: returns the content of a cell.
        write: returns the text of a cell that is a number.
    """

    title: str
    tip: str
    value: Callable[[SummaryRow], Value]
    write: Callable[[int], str] = format_count

    def text(self, row: SummaryRow) -> str:
        """Return the text of a cell on screen.

        Arguments:
            row: the row of the cell.
        """
        value = self.value(row)
        return self.write(value) if isinstance(value, int) else UNKNOWN if value is None else value


COLUMNS = (
    SummaryColumn("Layer", "Name of the layer.", lambda row: row.label),
    SummaryColumn("Type", "Type of the layer.", lambda row: row.type_name),
    SummaryColumn("Output", "Shape of the output for one example.", lambda row: row.output),
    SummaryColumn("Parameters", "How many numbers are trained.", lambda row: row.parameters),
    SummaryColumn(
        "Operations", "Floating-point operations of the forward pass of one example.", lambda row: row.operations
    ),
    SummaryColumn("Memory", "Memory of the activations for one batch.", lambda row: row.memory, describe_bytes),
    SummaryColumn(
        "Sees", "Receptive field: the pixels of the input that can change one output.", lambda row: row.receptive_field
    ),
)
"""All columns. The first two are text; the others are aligned to the right."""

TEXT_COLUMNS = 2


def make_rows(document: Document) -> list[SummaryRow]:
    """Return the rows for all layers of a document, also those inside blocks, and the totals.

    Arguments:
        document: has the network, its shapes, and the size of a batch.
    """
    inference, batch = document.inference, document.project.training.batch_size
    if not inference.layers:
        return []
    facts = document.facts
    rows = list(_layer_rows(inference.layers, facts.layers, (), batch))
    return [
        *rows,
        SummaryRow(
            (),
            output=_write_shape(inference.output_shape),
            parameters=facts.parameter_count,
            operations=facts.operations if facts.complete else None,
            memory=facts.activation_bytes * batch if facts.complete else None,
            receptive_field=_write_pair(facts.receptive_field),
        ),
    ]


def _layer_rows(
    layers: Sequence[LayerInference], facts: Sequence[LayerFacts], block: BlockPath, batch: int
) -> Iterator[SummaryRow]:
    for inferred, known in zip(layers, facts, strict=True):
        path = (*block, inferred.specification.name)
        yield SummaryRow(
            path,
            display_name(inferred.specification.type),
            _write_shape(inferred.output_shape),
            None if inferred.output_shape is None else known.parameter_count,
            known.operations,
            None if known.activation_bytes is None else known.activation_bytes * batch,
            _write_pair(known.receptive_field),
        )
        yield from _layer_rows(inferred.inside, known.inside, path, batch)


def _write_shape(shape: Shape | None) -> str | None:
    return None if shape is None else describe_shape(shape)


def _write_pair(pair: tuple[int, int] | None) -> str:
    return "" if pair is None else describe_shape(pair)


def write_csv(rows: Iterable[SummaryRow]) -> str:
    """Return rows as CSV with a header line, for spreadsheets. Numbers are plain digits; unknown cells are empty.

    Arguments:
        rows: from top to bottom.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.title for column in COLUMNS])
    for row in rows:
        values = [column.value(row) for column in COLUMNS[1:]]
        writer.writerow([row.full_name, *("" if value is None else value for value in values)])
    return text.getvalue()


def write_markdown(rows: Iterable[SummaryRow]) -> str:
    """Return rows as a Markdown table with aligned columns.

    Arguments:
        rows: from top to bottom.
    """
    cells = [[column.title for column in COLUMNS]]
    cells += [
        [_escape(cell) for cell in (row.full_name, *(column.text(row) for column in COLUMNS[1:]))] for row in rows
    ]
    widths = [max(3, *(len(line[place]) for line in cells)) for place in range(len(COLUMNS))]
    lines = [_markdown_line(line, widths) for line in cells]
    rules = ["-" * width if place < TEXT_COLUMNS else f"{'-' * (width - 1)}:" for place, width in enumerate(widths)]
    lines.insert(1, f"| {' | '.join(rules)} |")
    return "\n".join(lines) + "\n"


def _markdown_line(line: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell.ljust(width) if place < TEXT_COLUMNS else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]
    return f"| {' | '.join(padded)} |"


def _escape(cell: str) -> str:
    """Return a cell whose text changes neither the table nor the page around it."""
    flat = " ".join(cell.split("\n"))
    return "".join(f"\\{letter}" if letter in r"\|`*_<>[]#&" else letter for letter in flat)
