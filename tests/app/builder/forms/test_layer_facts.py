"""The facts of a layer in its form, and the receptive field on the sample."""

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QWidget

from app.builder import SettingsForm
from app.builder.forms.receptive_field_picture import ReceptiveFieldPicture
from app.widgets.theme.theme import current_theme
from tests.app.builder.forms.form_driver import find
from tinyml.data import Dataset


class Samples(QObject):
    """Has what the form uses of `Inspection`."""

    samples_changed = Signal()
    sample_trace_changed = Signal()

    def __init__(self, samples: Dataset | None) -> None:
        super().__init__()
        self.samples, self.index = samples, 0


def dataset(*shape: int) -> Dataset:
    images = np.random.default_rng(0).random((3, *shape), np.float32)
    return Dataset.from_arrays(images, [0, 1, 2], name="random")


@pytest.fixture
def inspection() -> Samples:
    return Samples(dataset(1, 8, 8))


@pytest.fixture
def form(qtbot, document, inspection) -> SettingsForm:
    form = SettingsForm(document, inspection)
    qtbot.addWidget(form)
    form.resize(300, 900)
    with qtbot.waitExposed(form):
        form.show()
    return form


def picture(form: QWidget) -> ReceptiveFieldPicture:
    return find(form, ReceptiveFieldPicture, "receptive_field_picture")


def test_the_facts_are_those_of_the_network(form, document) -> None:
    for name in ("conv_1", "pool_1", "linear_1"):
        document.select((name,))
        facts = document.facts.layer((name,))
        text = find(form, QLabel, "layer_facts").text()
        rows, columns = facts.receptive_field
        assert text.endswith(f"an output sees {rows}×{columns} pixels")
        assert "of activations for each image" in text
    document.select(("conv_1",))
    assert "an output sees 3×3 pixels" in find(form, QLabel, "layer_facts").text()


def test_the_frame_lies_on_the_pixels_that_an_output_sees(form, document) -> None:
    document.select(("conv_1",))
    (top, bottom), (left, right) = document.facts.layer(("conv_1",)).receptive_box
    place, frame = picture(form).picture_place(), picture(form).frame_place()
    pixel = place.width() / 8
    assert frame.left() == pytest.approx(place.left() + left * pixel)
    assert frame.right() == pytest.approx(place.left() + right * pixel)
    assert frame.top() == pytest.approx(place.top() + top * pixel)
    assert frame.bottom() == pytest.approx(place.top() + bottom * pixel)
    assert picture(form).accessibleName() == "Receptive field on the sample: 3 by 3 pixels"
    image = picture(form).grab().toImage()
    scale = image.devicePixelRatio()
    edge = QPoint(round(frame.center().x() * scale), round(frame.top() * scale))
    assert image.pixelColor(edge) == QColor(current_theme().accent)


def test_another_sample_changes_the_picture(form, document, inspection) -> None:
    document.select(("conv_1",))
    before = picture(form).grab().toImage()
    inspection.index = 1
    inspection.sample_trace_changed.emit()
    assert picture(form).grab().toImage() != before


@pytest.mark.parametrize("samples", [None, dataset(1, 6, 6), dataset(64)])
def test_without_a_fitting_sample_there_is_no_picture(form, document, inspection, samples) -> None:
    inspection.samples = samples
    inspection.samples_changed.emit()
    document.select(("conv_1",))
    assert not picture(form).isVisible()
    assert find(form, QLabel, "layer_facts").isVisible()


def test_after_a_problem_no_facts_are_shown(form, document_of, document) -> None:
    document.replace(document_of(("Linear", "linear_1"), ("ReLu", "relu_1")).project)
    document.select(("relu_1",))
    assert not picture(form).isVisible()
    assert not find(form, QLabel, "layer_facts").isVisible()


def test_a_layer_inside_a_block_has_facts_too(form, document_of, document) -> None:
    document.replace(document_of(("Conv2D", "conv_1"), ("Residual", "residual_1")).project)
    document.select(("conv_2",), block=("residual_1",))
    rows, columns = document.facts.layer(("residual_1", "conv_2")).receptive_field
    assert f"sees {rows}×{columns} pixels" in find(form, QLabel, "layer_facts").text()
    assert picture(form).isVisible()
