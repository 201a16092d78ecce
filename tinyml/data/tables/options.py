"""The options of tables: how the file is written, and which columns are used."""

from typing import Annotated, Literal

from pydantic import Field

from tinyml.data.options import SourceOptions
from tinyml.data.tables.layout import LayoutSettings
from tinyml.data.tables.plan import MissingRule
from tinyml.data.tables.roles import TargetKind

_Name = Annotated[str, Field(min_length=1, max_length=200)]
_Marker = Annotated[str, Field(max_length=100)]
_MOST = 5000


class TableOptions(SourceOptions):
    """The options of a table. "automatic" is what the reader recognises."""

    inputs: Annotated[
        tuple[_Name, ...],
        Field(
            max_length=_MOST,
            title="Inputs",
            description="The columns that the network gets. Automatic: all columns of numbers or of few different "
            "texts that are no target.",
        ),
    ] = ()
    targets: Annotated[
        tuple[_Name, ...],
        Field(
            max_length=_MOST,
            title="Targets",
            description="The column of the classes, or the columns of numbers to predict. Automatic: a column with a "
            "name such as “class”, “label” or “target”, else the last column.",
        ),
    ] = ()
    target_kind: Annotated[
        TargetKind,
        Field(
            title="Kind of target",
            description="Classes, or numbers to predict. Automatic: texts and few different whole numbers are classes.",
        ),
    ] = "automatic"
    missing_rule: Annotated[
        MissingRule,
        Field(
            title="Missing values",
            description="Fill a missing number with the mean of the training examples, or leave out its row. A missing "
            "category is 0 for each of its texts.",
        ),
    ] = "fill"
    missing: Annotated[
        tuple[_Marker, ...],
        Field(
            max_length=50,
            title="More texts for missing values",
            description="Texts or numbers that stand for a missing value, such as “unknown” or “-999”.",
        ),
    ] = ()
    usual_missing: Annotated[
        bool,
        Field(
            title="Usual texts for missing values",
            description="Read NA, N/A, null, ?, - and . as missing. An empty field and NaN always are.",
        ),
    ] = True
    header: Annotated[
        Literal["automatic", "names", "none"],
        Field(title="First row", description="The first row holds the names of the columns, or is the first example."),
    ] = "automatic"
    delimiter: Annotated[
        Literal["automatic", "comma", "semicolon", "tab", "bar", "spaces"],
        Field(title="Delimiter", description="The mark between two fields of a row."),
    ] = "automatic"
    decimal: Annotated[
        Literal["automatic", "point", "comma"],
        Field(
            title="Decimal mark",
            description="The mark before the decimals of a number. Groups of thousands, as in 1,234, are no numbers.",
        ),
    ] = "automatic"
    quotes: Annotated[
        Literal["automatic", "double", "single", "none"],
        Field(title="Quotes", description="The quotes around fields that hold a delimiter."),
    ] = "automatic"
    encoding: Annotated[
        Literal[
            "automatic", "utf-8", "utf-16", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1256", "gb18030",
            "big5", "shift_jis", "euc_kr",
        ],
        Field(
            title="Encoding",
            description="How the letters are stored. Automatic: UTF-8 or UTF-16 if possible, else Windows-1252.",
        ),
    ] = "automatic"  # fmt: skip

    @property
    def layout(self) -> LayoutSettings:
        """What the user says about the layout of the file."""
        return LayoutSettings(
            encoding=None if self.encoding == "automatic" else self.encoding,
            delimiter=None if self.delimiter == "automatic" else self.delimiter,
            quotes=None if self.quotes == "automatic" else self.quotes,
            decimal=None if self.decimal == "automatic" else self.decimal,
            names=None if self.header == "automatic" else self.header == "names",
        )
