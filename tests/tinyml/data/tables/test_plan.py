from pathlib import Path

import numpy as np
import pytest

from tests.tinyml.data.tables.table_files import IRIS, write_text
from tinyml.core import DataError
from tinyml.data.tables.parsing import parse_table
from tinyml.data.tables.plan import TablePlan, fill_inputs, plan_table, target_numbers
from tinyml.data.tables.roles import choose_roles

GAPS = "size,colour,weight\n1.5,red,2.25\n,blue,3.25\n3.5,,4.25\n4.5,red,\n5.5,blue,6.25\n6.5,red,7.25\n"


def plan(folder: Path, text: str, rule: str = "fill", **roles: object) -> tuple[TablePlan, np.ndarray]:
    path = write_text(folder, text)
    table = parse_table(path)
    found = plan_table(table, path, choose_roles(table, path.name, **roles), rule)
    return found, fill_inputs(table, found)


def test_categories_become_numbers_and_missing_numbers_nan(tmp_path: Path) -> None:
    found, inputs = plan(tmp_path, GAPS)
    assert found.input_names == ("size", "colour = blue", "colour = red")
    expected = [[1.5, 0, 1], [np.nan, 1, 0], [3.5, 0, 0], [5.5, 1, 0], [6.5, 0, 1]]
    np.testing.assert_array_equal(inputs, np.array(expected, np.float32))
    assert inputs.dtype == np.float32
    np.testing.assert_array_equal(target_numbers(found), np.array([[2.25], [3.25], [4.25], [6.25], [7.25]], np.float32))
    assert found.findings == (
        "1 row without a target is left out.",
        "1 missing number is filled with the mean of the training examples.",
        "1 missing category is 0 for each of its texts.",
    )


def test_rows_with_missing_values_can_be_left_out(tmp_path: Path) -> None:
    found, inputs = plan(tmp_path, GAPS, "leave out rows")
    assert found.rows.tolist() == [0, 4, 5]
    assert np.isfinite(inputs).all()
    assert found.findings[1] == "2 rows with missing values are left out."


def test_classes_are_texts_in_a_sensible_order(tmp_path: Path) -> None:
    found, _inputs = plan(tmp_path, IRIS)
    assert found.class_names == ("setosa", "versicolor", "virginica")
    assert found.labels.tolist() == [0, 1, 2] * 10
    numbered, _inputs = plan(tmp_path, "a,class\n" + "".join(f"{i}.5,{(10, 9, 2)[i % 3]}\n" for i in range(9)))
    assert numbered.class_names == ("2", "9", "10")
    assert numbered.labels.tolist() == [2, 1, 0] * 3
    mixed, _inputs = plan(tmp_path, "a,class\n" + "".join(f"{i}.5,{('10', '9', 'b')[i % 3]}\n" for i in range(9)))
    assert mixed.class_names == ("9", "10", "b")


def test_a_class_that_is_only_in_left_out_rows_does_not_count(tmp_path: Path) -> None:
    text = "a,class\n" + "1,x\n2,y\n" * 4 + ",z\n"
    found, _inputs = plan(tmp_path, text, "leave out rows")
    assert (found.class_names, len(found.labels)) == (("x", "y"), 8)


def test_a_text_in_a_column_of_numbers_is_refused(tmp_path: Path) -> None:
    rows = [f"{index},{index % 3}" for index in range(30)]
    rows[17] = "abc,1"
    text = "age,class\n" + "\n".join(rows)
    with pytest.raises(DataError) as caught:
        plan(tmp_path, text)
    assert str(caught.value) == (
        "Line 19 of 'table.csv' has 'abc' in the column of numbers 'age'. Correct it, add 'abc' to the texts for "
        "missing values, or leave the column out of the inputs."
    )
    with pytest.raises(DataError, match=r"'12,345' in the column of numbers 'age'\. Write it without groups"):
        plan(tmp_path, text.replace("abc", '"12,345"'))
    found, _inputs = plan(tmp_path, text.replace("\n", ",7\n").replace("class,7", "class,b") + ",7", inputs=("b",))
    assert len(found.rows) == 30


def test_an_example_with_too_many_numbers_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tinyml.data.tables.plan.MOST_INPUTS", 2)
    with pytest.raises(DataError, match="The inputs have 3 numbers for each example, but 2 is the most"):
        plan(tmp_path, GAPS)


def test_a_table_without_a_complete_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"No row of 'table\.csv' has a value in every column.*or let missing values be"
    ):
        plan(tmp_path, "a,b,class\n" + "1,,x\n,2,y\n" * 3, "leave out rows")


def test_columns_in_chinese_and_arabic(tmp_path: Path) -> None:
    text = "长度,اللون,类别\n" + "".join(f"{i}.5,{('أحمر', 'أزرق')[i % 2]},{('猫', '狗')[i % 2]}\n" for i in range(8))
    found, _inputs = plan(tmp_path, text)
    assert found.input_names == ("长度", "اللون = أحمر", "اللون = أزرق")
    assert found.class_names == ("狗", "猫")
