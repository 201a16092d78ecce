"""`tinyml reproduce`: the experiments of the seed documents, and their figures."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tinyml.command_line import main
from tinyml.command_line.reproduce import line_figure, mini_framework
from tinyml.command_line.reproduce.line_figure import Line, draw_lines, ticks


@pytest.fixture
def without_pytorch(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_none(name: str) -> str:
        raise mini_framework.PackageNotFoundError(name)

    monkeypatch.setattr(mini_framework, "version", find_none)


@pytest.mark.usefixtures("without_pytorch")
def test_the_mini_framework_is_at_least_as_good_as_the_seeds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reproduce", "mini-framework", "--figures", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    result = json.loads(lines[-1])
    assert result["tinyml"]["train_error"] <= 0.0803
    assert result["tinyml"]["test_error"] <= 0.0873
    assert (result["rounds"], result["epochs"]) == (10, 50)
    assert lines[4].split() == ["specification", "003", "8.03", "%", "8.73", "%", "5.50"]
    assert lines[6].startswith("tinyml ")
    assert any("PyTorch is not installed" in line for line in lines)
    assert sorted(tmp_path.iterdir()) == sorted(map(Path, result["figures"]))
    for path in result["figures"]:
        with Image.open(path) as picture:
            assert (picture.format, picture.size) == ("PNG", (800, 500))


@pytest.mark.usefixtures("without_pytorch")
def test_the_same_seed_gives_the_same_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = []
    for seed in ("4", "4", "5"):
        options = ["--rounds", "2", "--epochs", "3", "--seed", seed, "--figures", str(tmp_path)]
        assert main(["reproduce", "mini-framework", *options]) == 0
        result = json.loads(capsys.readouterr().out.splitlines()[-1])
        results.append([result["tinyml"]["train_error"], result["tinyml"]["test_error"]])
    assert results[0] == results[1] != results[2]


def test_figures_that_cannot_be_written_are_reported_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce", "mini-framework", "--figures", "missing"]) == 1
    captured = capsys.readouterr()
    assert "missing" in captured.err
    assert captured.out == ""


@pytest.mark.compare
def test_pytorch_trains_with_the_same_weights_and_batches() -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed: make compare")
    frameworks = mini_framework.find_frameworks()
    ours, theirs = (mini_framework.run_round(make, 4, [7]) for make in frameworks.values())
    np.testing.assert_allclose(theirs.losses, ours.losses, rtol=1e-4)
    np.testing.assert_allclose(theirs.test_errors, ours.test_errors, atol=0.003)


@pytest.mark.compare
def test_tinyml_takes_at_most_a_third_of_pytorchs_time() -> None:
    """Compare the fastest of some rounds, run in turn: other programs can only make a round slower."""
    pytest.importorskip("torch", reason="PyTorch is not installed: make compare")
    from threadpoolctl import threadpool_limits

    frameworks = mini_framework.find_frameworks()
    seconds: dict[str, list[float]] = {name: [] for name in frameworks}
    with threadpool_limits(limits=1, user_api="blas"):
        for number in range(6):
            for name, make in frameworks.items():
                seconds[name].append(mini_framework.run_round(make, 10, [number]).seconds)
    ours, theirs = map(min, seconds.values())
    assert ours <= theirs / 3, f"{ours / theirs:.3f} of PyTorch's time"


def test_both_laws_hold(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce", "laws"]) == 0
    lines = capsys.readouterr().out.splitlines()
    result = json.loads(lines[-1])
    assert max(result["law_1"], result["law_2"], *result["layers"]) < 1e-7
    assert any(line.startswith("Law 1: for Y = A X + B") for line in lines)
    assert any(line.startswith("Law 2: for Y = X C + D") for line in lines)
    by_law = lines.index(next(line for line in lines if "by the law" in line))
    assert lines[by_law].split("  ")[-1] == lines[by_law + 2].split("  ")[-1]


@pytest.mark.parametrize(("highest", "last"), [(1.0, 1.0), (0.03, 0.03), (49.7, 50.0), (1234.0, 1500.0), (7e-5, 8e-5)])
def test_ticks_are_round_and_reach_the_highest_value(highest: float, last: float) -> None:
    found = ticks(highest)
    assert found[0] == 0
    assert found[-1] == pytest.approx(last)
    assert 4 <= len(found) <= 8


def test_a_figure_shows_its_lines(tmp_path: Path) -> None:
    values = np.array([1.0, 0.0, 1.0])
    draw_lines(tmp_path / "a.png", "title", "x", "y", [Line(values, "#ff0000", "down and up", width=4)])
    with Image.open(tmp_path / "a.png") as picture:
        red = np.all(np.asarray(picture.convert("RGB")) == (255, 0, 0), axis=2)
    red[: line_figure._HEIGHT // 2, line_figure._WIDTH // 2 :] = False  # the legend
    rows, columns = np.nonzero(red)
    assert rows[columns.argmin()] < rows.max()
    lowest = (line_figure._LEFT + line_figure._WIDTH - line_figure._RIGHT) / 2
    assert abs(columns[rows.argmax()] - lowest) < 5


def test_a_dashed_line_has_gaps_and_one_epoch_is_enough(tmp_path: Path) -> None:
    shares = []
    for dashed in (False, True):
        line = Line(np.full(20, 0.5), "#0000ff", width=3, dashed=dashed)
        draw_lines(tmp_path / "a.png", "", "", "", [line, Line(np.zeros(20), "#000000", "zero")])
        with Image.open(tmp_path / "a.png") as picture:
            shares.append(np.all(np.asarray(picture.convert("RGB")) == (0, 0, 255), axis=2).sum())
    assert 0.4 < shares[1] / shares[0] < 0.6
    draw_lines(tmp_path / "b.png", "", "", "", [Line(np.zeros(1), "#000000", "one", dashed=True)])
    assert (tmp_path / "b.png").is_file()
