"""The report: complete, offline, without scripts, and the same numbers as the command `evaluate`."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from tests.tinyml.storage.exporters.models import trained
from tinyml.command_line import main
from tinyml.data import DataChoice
from tinyml.net import LayerSpecification, NetworkSpecification, Sequential, build
from tinyml.storage import SavedModel, save_model
from tinyml.storage.exporters import exporters
from tinyml.storage.exporters.report_page.charts import Series, line_chart, scatter_chart
from tinyml.storage.exporters.report_page.findings import examine
from tinyml.storage.exporters.report_page.sections import result_sections


class Page(HTMLParser):
    """Collects the elements and the texts of a page, and checks that every element is closed."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.source = path.read_text(encoding="utf-8")
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(self.source)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "br"):
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def headings(self) -> list[str]:
        return re.findall("<h2>(.*?)</h2>", self.source)

    def count(self, tag: str) -> int:
        return sum(each == tag for each, _ in self.elements)


def written(folder: Path, net: Sequential, about: SavedModel) -> Page:
    exporters()["report"].write(folder / "net.html", net, about)
    return Page(folder / "net.html")


def check_offline(page: Page) -> None:
    """Check that the page loads nothing and runs nothing."""
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "link", "iframe", "object", "embed", "base", "form", "a", "audio", "video", "use"}
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")]
        assert "href" not in attributes
        if "src" in attributes:
            assert tag == "img"
            assert str(attributes["src"]).startswith("data:image/png;base64,")
    styles = "".join(re.findall("<style>(.*?)</style>", page.source, re.DOTALL))
    assert "url(" not in styles
    assert "@import" not in styles
    assert "http:" not in page.source
    assert "https:" not in page.source


@pytest.mark.parametrize("source", ["digits", "circle", "sine"])
def test_every_kind_of_data_has_its_sections(source: str, tmp_path: Path) -> None:
    page = written(tmp_path, *trained(source))
    check_offline(page)
    assert page.headings[:2] == ["Curves", "Results on the test data"]
    assert {"Network", "Settings and data", "Environment"} <= set(page.headings)
    assert ("What relu_1 looks for" in page.headings) is (source == "digits")


def test_the_confusion_matrix_is_that_of_the_command_evaluate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net, about = trained("digits")
    save_model(tmp_path / "net.safetensors", net, about)
    assert main(["evaluate", str(tmp_path / "net.safetensors")]) == 0
    expected = json.loads(capsys.readouterr().out)
    page = written(tmp_path, net, about)
    matrix = page.source[page.source.index('class="confusion"') :]
    cells = [int(cell) for cell in re.findall(r"<td[^>]*>(\d+)</td>", matrix[: matrix.index("</table>")])]
    assert cells == np.array(expected["confusion_matrix"]).ravel().tolist()
    assert f"{100 * expected['test_accuracy']:.1f}\u00a0%" in page.texts
    wrong = round((1 - expected["test_accuracy"]) * expected["examples"])
    assert any(f"{wrong} are classified wrongly" in text for text in page.texts)


def test_the_worst_mistakes_come_first_and_have_their_pictures(tmp_path: Path) -> None:
    net, about = trained("digits")
    findings = examine(net, about, lambda _share: None)
    scores = [mistake.confidence for mistake in findings.mistakes]
    assert scores == sorted(scores, reverse=True)
    assert all(mistake.true != mistake.predicted for mistake in findings.mistakes)
    assert written(tmp_path, net, about).count("img") == len(findings.mistakes) + 2 * len(findings.maps)


def test_the_page_says_when_it_shows_or_searches_only_a_part(tmp_path: Path) -> None:
    findings = examine(*trained("digits"), lambda _share: None)
    names = trained("digits")[1].class_names
    assert findings.mistake_count is not None
    assert findings.counts is not None
    all_shown = replace(findings, mistakes=findings.mistakes[:3], mistake_count=3)
    assert "the highest first.</p>" in result_sections(all_shown, names)
    assert "patches of test images that" in result_sections(all_shown, names)
    part = replace(all_shown, mistake_count=40, counts=(1, 1, 2001))
    assert "the highest first. These are 3 of 40 mistakes.</p>" in result_sections(part, names)
    assert "patches of the first 2\u00a0000 of 2\u00a0001 test images that" in result_sections(part, names)


def test_curves_have_a_point_for_every_epoch(tmp_path: Path) -> None:
    page = written(tmp_path, *trained("digits"))
    curves = [str(attributes["points"]) for tag, attributes in page.elements
              if tag == "polyline" and "curve" in str(attributes.get("class"))]  # fmt: skip
    assert len(curves) == 5  # training and validation loss and accuracy, learning rate
    assert {len(points.split()) for points in curves} == {2}


def test_a_regression_shows_predicted_against_true_numbers(tmp_path: Path) -> None:
    page = written(tmp_path, *trained("sine"))
    assert "Predicted against true numbers" in page.texts
    assert "Largest errors" in page.headings
    assert page.count("circle") > 150


def test_an_autoencoder_shows_inputs_beside_outputs(tmp_path: Path) -> None:
    layers = (
        LayerSpecification(type="Flatten", name="flatten"),
        LayerSpecification(type="Linear", name="fc", settings={"outputs": 64}),
        LayerSpecification(type="Reshape", name="reshape", settings={"size": (8, 8)}),
    )
    network = NetworkSpecification(layers=layers)
    data = DataChoice(source="digits", target="input")
    training = trained("sine")[1].training
    about = SavedModel(network=network, input_shape=(1, 8, 8), target_shape=(1, 8, 8), data=data, training=training)
    page = written(tmp_path, build(network, (1, 8, 8), np.random.default_rng(0)), about)
    assert "Inputs and outputs" in page.headings
    assert page.count("img") == 24
    assert "The model file has no history of epochs." in page.texts


def test_data_that_cannot_be_read_leave_the_rest(tmp_path: Path) -> None:
    net, about = trained("digits")
    about = about.model_copy(update={"data": DataChoice(source=str(tmp_path / "gone"))})
    page = written(tmp_path, net, about)
    assert any("The data could not be used" in text and "gone" in text for text in page.texts)
    assert page.headings == ["Curves", "Results on the test data", "Network", "Settings and data", "Environment"]
    assert f"{100 * about.test_accuracy:.1f}\u00a0%" in page.texts


def test_a_network_without_mistakes_says_so(tmp_path: Path) -> None:
    layers = (LayerSpecification(type="Linear", name="fc", settings={"outputs": 2}),)
    network = NetworkSpecification(layers=layers)
    (tmp_path / "table.csv").write_text(
        "x,kind\n" + "".join(f"{x},{'no' if x < 0 else 'yes'}\n" for x in range(-50, 50))
    )
    training = trained("circle")[1].training
    about = SavedModel(
        network=network,
        input_shape=(1,),
        class_names=("no", "yes"),
        data=DataChoice(source=str(tmp_path / "table.csv"), preprocessing={"scale": "none"}),
        training=training,
    )
    net = build(network, (1,), np.random.default_rng(0))
    net.set_tensors({"fc.weight": np.array([[-9.0], [9.0]]), "fc.bias": np.array([-4.5, 4.5])})
    page = written(tmp_path, net, about)
    assert "The network classifies every test example correctly." in page.texts


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>'\"&\x00\u202e"


def test_names_from_files_never_become_markup(tmp_path: Path) -> None:
    folder = tmp_path / HOSTILE.replace("/", "").replace("\x00", "")
    folder.mkdir()
    layers = (
        LayerSpecification(type="ReLu", name=HOSTILE),
        LayerSpecification(type="Flatten", name="flatten"),
        LayerSpecification(type="Linear", name="fc", settings={"outputs": 10}),
    )
    network = NetworkSpecification(layers=layers)
    about = trained("digits")[1]
    names = (HOSTILE, *about.class_names[1:])
    hostile = about.model_copy(update={"network": network, "class_names": names})
    built = build(network, (1, 8, 8), np.random.default_rng(0))
    page = written(folder, built, hostile)
    check_offline(page)
    assert page.count("svg") >= 3
    for data in (DataChoice(source="digits"), DataChoice(source=str(folder / HOSTILE.replace("\x00", "")))):
        page = written(folder, built, hostile.model_copy(update={"data": data}))
        check_offline(page)
    assert any("<script>" in text for text in page.texts)
    assert "\u202e" not in page.source


@pytest.mark.parametrize("limit", [0.0, 0.35, 0.55, 0.65, 0.9])
def test_a_cancelled_report_writes_nothing(limit: float, tmp_path: Path) -> None:
    told: list[float] = []

    class CancelledError(Exception):
        pass

    def progress(share: float) -> None:
        told.append(share)
        if share >= limit:
            raise CancelledError

    with pytest.raises(CancelledError):
        exporters()["report"].write(tmp_path / "net.html", *trained("digits"), progress)
    assert not list(tmp_path.iterdir())
    assert told == sorted(told)


class TestCharts:
    def test_a_gap_splits_a_curve(self) -> None:
        chart = line_chart("Loss", [Series("training", [1.0, None, 2.0, 3.0, float("nan")], "training")], range(1, 6))
        assert chart.count("<polyline") == 1
        assert chart.count("<circle") == 1

    @pytest.mark.parametrize(
        "values",
        [
            [0.0],
            [5.0, 5.0],
            [1e-30, 2e-30],
            [-1e12, 1e12],
            [0.3, 0.3000001],
            [-1e300, 1e300],
            [1.7e308, 0.5, -1.7e308],
        ],
    )
    def test_any_range_of_numbers_is_drawn_within_the_chart(self, values: list[float]) -> None:
        chart = line_chart("Loss", [Series("training", values, "training")], range(1, len(values) + 1))
        numbers = [float(text) for text in re.findall(r'(?:y1|cy)="(-?[\d.]+)"', chart)]
        assert numbers
        assert all(0 <= number <= 220 for number in numbers)

    def test_series_without_numbers_make_no_chart(self) -> None:
        assert line_chart("R²", [Series("training", [None, None], "training")], [1, 2]) == ""

    def test_numbers_that_no_axis_can_hold_are_left_out(self) -> None:
        huge = np.array([1.7e308, -1.7e308])
        assert line_chart("Loss", [Series("training", huge.tolist(), "training")], [1, 2]) == ""
        assert scatter_chart("Numbers", huge, huge) == ""
        assert scatter_chart("Numbers", np.array([1.7e308, 1.0]), np.array([1.0, -1.0])).count("<circle") == 1

    def test_equal_numbers_lie_on_the_line(self) -> None:
        chart = scatter_chart("Numbers", np.array([0.0, 1.0]), np.array([0.0, 1.0]))
        line = re.search(r'class="best" x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="([\d.]+)"', chart)
        assert line is not None
        points = re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', chart)
        assert points == [line.group(1, 2), line.group(3, 4)]
