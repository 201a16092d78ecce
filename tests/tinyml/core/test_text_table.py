import pytest

from tinyml.core.text_table import format_table


def test_columns_are_as_wide_as_their_longest_cell_and_lines_have_no_space_at_the_end() -> None:
    table = format_table(("a", "long title", ""), [("longest cell", "1", ""), ("x", "1000", "right")], "<><")
    assert table.splitlines() == [
        "a             long title",
        "-------------------------------",
        "longest cell           1",
        "x                   1000  right",
    ]


def test_a_table_can_have_no_ruler_and_no_rows() -> None:
    assert format_table(("name", "ms"), [], "<>", ruler=False) == "name  ms"


def test_a_row_with_another_number_of_cells_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        format_table(("name", "ms"), [("only",)], "<>")
