from tinyml.data.tables.missing import MissingMarkers, is_usual_marker


def test_the_usual_markers_are_recognised_in_any_case() -> None:
    for text in ("", "  ", "NA", "n/a", "NaN", "NULL", "?", "-", "#N/A", "."):
        assert is_usual_marker(text), text
    for text in ("none", "0", "unknown", "-1"):
        assert not is_usual_marker(text), text


def test_markers_are_added_and_remembered() -> None:
    markers = MissingMarkers(("unknown", "-999"))
    assert [text for text in ("1", " Unknown", "NA", "NA", "-999") if markers.match(text)] == [
        " Unknown",
        "NA",
        "NA",
        "-999",
    ]
    assert markers.found == ("Unknown", "NA", "-999")
    assert markers.raw == {" Unknown", "NA", "-999"}


def test_the_usual_markers_can_be_values() -> None:
    markers = MissingMarkers(usual=False)
    assert not markers.match("NA")
    assert markers.match("")
    assert markers.match("NaN")
