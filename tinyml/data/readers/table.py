"""Tables as text: CSV, TSV, and other files with a row for each example.

How the file is written is recognised: its encoding, the mark between two fields, quotes, the decimal mark, a first row
with names, and texts for missing values. The description says what was recognised, and each of it is an option.

A column of numbers is one number of each example. A column of few different texts (a category) is one number for each
text: 1 for the text of the row, else 0. A column of many different texts is not used. The targets are the classes of
one column, or the numbers of one or several columns.

Missing numbers are NaN until the scaling, which is fitted on the training examples only, fills them.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from tinyml.core import describe_count
from tinyml.core.files import path_kind, show_path
from tinyml.data.columns import ColumnInfo, ColumnRole
from tinyml.data.dataset import DataDescription, Dataset
from tinyml.data.preprocessing import ColumnEncoding, TableEncoding
from tinyml.data.readers.base import Reader, ReadRequest
from tinyml.data.tables.layout import is_table_text
from tinyml.data.tables.missing import USUAL_MARKERS
from tinyml.data.tables.options import TableOptions
from tinyml.data.tables.parsing import ParsedTable, parse_table
from tinyml.data.tables.plan import TablePlan, fill_inputs, plan_table, target_numbers
from tinyml.data.tables.roles import Roles, choose_roles, kind_of
from tinyml.data.tables.text_file import describe_encoding

_ALWAYS_TABLES = (".csv", ".tsv", ".tab")
_OFTEN_TABLES = (".txt", ".data")
_PARSING = 0.9
"""Share of the progress that reading the file takes."""
_MOST_SHOWN = 6
_WORDS = {
    "comma": "a comma",
    "semicolon": "a semicolon",
    "tab": "a tab",
    "bar": "a bar",
    "spaces": "spaces",
    "point": "a point",
    "double": "double quotes",
    "single": "single quotes",
    "none": "none",
}


@dataclass(frozen=True, eq=False)
class _Read:
    """A table, how it is used, and its description."""

    table: ParsedTable
    plan: TablePlan
    description: DataDescription


def is_table(path: Path) -> bool:
    """Return True if a path is a file whose name ends as tables do; files ".txt" and ".data" must also look like one.

    Arguments:
        path: any path.
    """
    suffix = path.suffix.lower()
    if suffix not in _ALWAYS_TABLES + _OFTEN_TABLES or path_kind(path) != "a file":
        return False
    return suffix in _ALWAYS_TABLES or is_table_text(path)


def describe_table(request: ReadRequest) -> DataDescription:
    """Describe a table. The file is read, and kept for `load_table`.

    Arguments:
        request: the file and its `TableOptions`.

    Raises `DataError` when the file is no table, or an option does not fit it.
    """
    return _read(request).description


def load_table(request: ReadRequest) -> Dataset:
    """Load a table.

    Arguments:
        request: the file and its `TableOptions`.

    Shapes: inputs `(N, D)` float32 with NaN for a missing number; labels `(N,)` or targets `(N, T)`.

    Raises `DataError`, as `describe_table` does.
    """
    progress = request.progress
    read = _read(replace(request, progress=lambda share: progress(_PARSING * share)))
    inputs = fill_inputs(read.table, read.plan, lambda share: progress(_PARSING + (1 - _PARSING) * share))
    numbers = None if read.description.has_classes else target_numbers(read.plan)
    return Dataset(read.description, inputs, read.plan.labels, stored_targets=numbers)


def _read(request: ReadRequest) -> _Read:
    options = request.options if isinstance(request.options, TableOptions) else TableOptions()
    path = request.path
    table = parse_table(path, options.layout, options.missing, options.usual_missing, request.progress)
    roles = choose_roles(table, path.name, options.inputs, options.targets, options.target_kind)
    plan = plan_table(table, path, roles, options.missing_rule)
    return _Read(table, plan, _describe(path, table, roles, plan, options))


def _describe(path: Path, table: ParsedTable, roles: Roles, plan: TablePlan, options: TableOptions) -> DataDescription:
    names = tuple(column.name for column in table.columns)
    targets = tuple(column.name for column in plan.targets)
    numbers = bool(targets) and not roles.classes
    return DataDescription(
        name=str(path),
        title=show_path(path.name),
        example_shape=(len(plan.input_names),),
        class_names=plan.class_names,
        count=len(plan.rows),
        about=f"{describe_count(len(plan.rows))} rows from {show_path(path)}: {_describe_use(plan, targets)}.",
        target_shape=(len(targets),) if numbers else None,
        has_labels=bool(targets),
        encoding=_encoding(table, plan, options),
        default_scale="standardise",
        default_scale_targets="standardise" if numbers else "none",
        input_names=plan.input_names,
        target_names=targets if numbers else (),
        columns=_column_infos(table, roles),
        recognised=_recognised(table, roles, plan, targets),
        option_choices=(("inputs", names), ("targets", names)),
        findings=(*table.layout.findings, *roles.findings, *plan.findings),
    )


def _describe_use(plan: TablePlan, targets: tuple[str, ...]) -> str:
    inputs = _count(len(plan.inputs), "column of inputs", "columns of inputs")
    if plan.class_names:
        return f"{inputs}, and the classes of '{targets[0]}'"
    if not targets:
        return f"{inputs}, and no targets"
    return f"{inputs}, and the numbers of {_names(targets)}"


def _encoding(table: ParsedTable, plan: TablePlan, options: TableOptions) -> TableEncoding:
    markers = (*(USUAL_MARKERS if options.usual_missing else ("", "NaN")), *options.missing, *table.markers)
    return TableEncoding(
        columns=tuple(ColumnEncoding(name=column.name, categories=column.categories) for column in plan.inputs),
        missing=tuple(dict.fromkeys(markers))[:100],
        decimal="," if table.layout.decimal == "comma" else ".",
    )


def _column_infos(table: ParsedTable, roles: Roles) -> tuple[ColumnInfo, ...]:
    infos = []
    for place, column in enumerate(table.columns):
        role: ColumnRole = "input" if place in roles.inputs else "target" if place in roles.targets else "unused"
        infos.append(ColumnInfo(column.name, kind_of(column, table.count), role, column.missing, column.distinct))
    return tuple(infos)


def _recognised(
    table: ParsedTable, roles: Roles, plan: TablePlan, targets: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    layout = table.layout
    markers = ", ".join("an empty field" if not text else f"'{text}'" for text in table.markers[:_MOST_SHOWN])
    return (
        ("inputs", _names([column.name for column in plan.inputs])),
        ("targets", _names(targets) if targets else "none"),
        ("target_kind", "classes" if roles.classes else "numbers" if targets else "none"),
        ("missing", markers or "none found"),
        ("header", "names of the columns" if layout.has_names else "the first example"),
        ("delimiter", _WORDS[layout.dialect.delimiter]),
        ("decimal", _WORDS[layout.decimal]),
        ("quotes", _WORDS[layout.dialect.quotes]),
        ("encoding", describe_encoding(layout.encoding)),
    )


def _names(names: list[str] | tuple[str, ...]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:_MOST_SHOWN])
    rest = len(names) - _MOST_SHOWN
    return f"{shown} and {describe_count(rest)} more" if rest > 0 else shown


def _count(count: int, one: str, several: str) -> str:
    return f"1 {one}" if count == 1 else f"{describe_count(count)} {several}"


TABLE = Reader(
    name="table",
    title="Tables",
    source="a CSV or TSV table",
    help="A text file with a row for each example: numbers or few different texts as inputs, and a column of classes "
    "or of numbers to predict. Names in the first row help to find it.",
    recognises=is_table,
    describe=describe_table,
    load=load_table,
    options=TableOptions,
    suffixes=(*_ALWAYS_TABLES, *_OFTEN_TABLES),
)
