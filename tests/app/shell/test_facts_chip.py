"""The chip with the facts of the network."""

import pytest

from app.document import Document, edits
from app.formatting import SPACE
from app.shell.facts_chip import FactsChip
from tinyml.data import DataChoice
from tinyml.storage import Project
from tinyml.storage.examples import open_project


@pytest.fixture
def chip_for(qtbot):
    def make(project):
        document = Document(project)
        chip = FactsChip(document)
        qtbot.addWidget(chip)
        chip.resize(chip.sizeHint())
        chip.show()
        return document, chip

    return make


def plain(text: str) -> str:
    return text.replace(SPACE, " ")


def test_the_chip_shows_parameters_operations_and_receptive_field(chip_for):
    document, chip = chip_for(open_project("lenet-digits"))
    facts = document.facts
    rows, columns = facts.receptive_field
    assert plain(chip.text()).split(" · ") == [
        f"{facts.parameter_count:,} parameters".replace(",", " "),
        f"{facts.operations / 1000:.0f} kFLOP/image",
        f"sees {rows}×{columns}",
    ]
    assert chip.accessibleName() == chip.text()


def test_a_network_for_vectors_sees_no_pixels(chip_for):
    _, chip = chip_for(open_project("circle"))
    assert plain(chip.text()).endswith("FLOP/example")
    assert "receptive" not in chip.toolTip()


def test_the_tool_tip_follows_the_batch_size(chip_for):
    document, chip = chip_for(open_project("lenet-digits"))
    document.apply(edits.change_training(document.project, batch_size=100))
    kilobytes = 100 * document.facts.activation_bytes / 1e6
    assert f"{kilobytes:.1f} MB for a batch of 100" in chip.toolTip()
    assert "receptive field" in chip.toolTip()


def test_a_narrow_chip_leaves_out_the_last_facts(chip_for):
    _, chip = chip_for(open_project("lenet-digits"))
    whole = chip.text()
    assert chip.minimumSizeHint().width() < chip.sizeHint().width()
    chip.resize(chip.sizeHint().width() - 1, chip.height())
    assert chip.text() == whole.rpartition(" · ")[0]
    chip.resize(chip.minimumSizeHint())
    assert chip.text() == "22k parameters"
    chip.resize(chip.sizeHint())
    assert chip.text() == whole
    assert chip.accessibleName() == whole


def test_after_a_problem_the_chip_says_that_more_is_not_counted(chip_for):
    document, chip = chip_for(open_project("lenet-digits"))
    flatten = next(layer.name for layer in document.project.network.layers if layer.type == "Flatten")
    document.apply(edits.remove_layers(document.project, [flatten]))
    assert "≥ " in chip.text()
    assert "not counted" in chip.toolTip()


def test_an_empty_network_has_no_operations(chip_for):
    _, chip = chip_for(Project(data=DataChoice(source="digits")))
    assert chip.text() == "0 parameters"
