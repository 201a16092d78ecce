"""Sorting and filling of the tensor table."""

import numpy as np
from PySide6.QtCore import Qt

from app.models.reading.tensor_index import index_tensors
from app.models.tensors.tensor_table_model import TensorTableModel
from tinyml.core.tensor_file import TensorHeader
from tinyml.storage import TensorSummary


def test_each_column_sorts_by_its_values(qapp) -> None:
    random = np.random.default_rng(0)
    headers = [
        TensorHeader(f"layer.{number}.w", (int(random.integers(1, 30)),) * int(random.integers(1, 4)), "float32")
        for number in random.permutation(3000)
    ]
    table, index = TensorTableModel(), index_tensors(headers)
    table.set_tensors(index)
    known = headers[:2000]
    means = random.normal(size=len(known))
    table.add_summaries(
        index.batch(
            [
                TensorSummary(header.name, header.shape, "float32", header.count, mean=mean, maximum=-mean)
                for header, mean in zip(known, means, strict=True)
            ]
        )
    )
    assert table.known == 2000

    def shown(column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> list:
        table.sort(column, order)
        return list(table.shown_rows())

    assert [row.header.name for row in shown(0)] == [f"layer.{number}.w" for number in range(3000)]
    assert [row.header.shape for row in shown(1)] == sorted(header.shape for header in headers)
    assert [row.header.count for row in shown(3, Qt.SortOrder.DescendingOrder)] == sorted(
        (header.count for header in headers), reverse=True
    )
    for order, expected in (
        (Qt.SortOrder.AscendingOrder, sorted(means)),
        (Qt.SortOrder.DescendingOrder, sorted(means, reverse=True)),
    ):
        rows = shown(6, order)
        assert [row.summary.mean for row in rows[:2000]] == expected
        assert all(row.summary is None for row in rows[2000:]), "unknown numbers come last"


def test_tensors_that_were_added_after_the_opening_are_left_out(qapp) -> None:
    table = TensorTableModel()
    index = index_tensors([TensorHeader(name, (2,), "float32") for name in ("b", "d")])
    table.set_tensors(index)
    table.add_summaries(index.batch([TensorSummary(name, (2,), "float32", 2, mean=ord(name)) for name in "abc"]))
    assert table.known == 1
    table.add_summaries(index.batch([TensorSummary(name, (2,), "float32", 2, mean=ord(name)) for name in "de"]))
    assert table.known == 2
    assert [table.tensor(place).summary.mean for place in (0, 1)] == [ord("b"), ord("d")]
