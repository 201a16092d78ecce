import pytest

from tinyml.data.tables.header import column_names, has_names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("length,width\n1,2", True),
        ("1,2\n3,4", False),
        ("5.1,setosa\n4.9,setosa", False),
        ("label,0,1,2\n7,0,0,9\n2,0,255,0", True),  # names that are numbers, as in MNIST as CSV
        (",length\n0,1.5\n1,2.5", True),
        ("file,label\na.png,cat\nb.png,dog", True),
        ("a.png,cat\nb.png,dog\nc.png,cat", False),
        ("p,x,s,n,t,p\ne,x,y,w,t,p", False),  # mushrooms: classes only, no names
        ("length,width", True),
        ("length,2", False),
        ("name,age\nAda,NA\nAlan,?", True),
        ("NA,2\n3,4", False),
        ("nan,2\n3,4", False),
        ("x y\n1 2 3".replace(" ", ","), True),  # R: no name for the names of the rows
        ("长度,颜色\n1.5,红", True),
        ("length,length\n1.5,2", True),
    ],
)
def test_names_are_recognised(text: str, expected: bool) -> None:
    assert has_names([line.split(",") for line in text.split("\n")]) is expected


def test_names_above_numbers_with_a_comma_are_recognised() -> None:
    assert has_names([["kind", "x"], ["a", "1,5"]], "comma")
    assert not has_names([["1,5"], ["2,5"]], "comma")


def test_every_column_gets_a_different_name() -> None:
    assert column_names(None, 2) == (("column 1", "column 2"), ())
    assert column_names(["", " a\n b "], 2)[0] == ("column 1", "a b")
    assert column_names(["x"], 2)[0] == ("column 1", "x")
    names, findings = column_names(["a", "a", "a (2)", "a"], 4)
    assert names == ("a", "a (3)", "a (2)", "a (4)")
    assert findings[0] == "Several columns are named 'a'. One of them is called 'a (3)' here."
    assert len(column_names(["x" * 5000], 1)[0][0]) == 200


def test_many_equal_names_take_no_time() -> None:
    names, _findings = column_names(["a"] * 5000, 5000)
    assert len(set(names)) == 5000
