import pytest

from tinyml.core.suggestions import did_you_mean


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [("Conv2d", " Did you mean 'Conv2D'?"), ("RELU", " Did you mean 'ReLu'?"), ("xyz", ""), ("", "")],
)
def test_the_nearest_name_is_suggested(name: str, suggestion: str) -> None:
    assert did_you_mean(name, ["Conv2D", "ReLu"]) == suggestion


def test_nothing_is_suggested_without_known_names() -> None:
    assert did_you_mean("Conv2D", []) == ""
