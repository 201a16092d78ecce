from tinyml.data.tables.order import name_number, sort_texts


def test_texts_are_sorted_as_a_person_sorts_them() -> None:
    assert sort_texts(["10", "9", "-1", "2.5"]) == ("-1", "2.5", "9", "10")
    assert sort_texts(["10,5", "9,5"], "comma") == ("9,5", "10,5")
    assert sort_texts(["b", "A", "ä", "c10", "c9", ""]) == ("", "A", "b", "c9", "c10", "ä")
    assert sort_texts(["1a", "a1", "9" * 5000, "x"])[0] == "1a"


def test_numbers_become_names() -> None:
    assert [name_number(value) for value in (3.0, -0.0, 0.25, 1e20)] == ["3", "0", "0.25", "100000000000000000000"]
