"""After a choice of data, the document offers ways to a network that fits."""

import weakref

from app.document import Document, edits
from app.document.data_fit import DataFit, find_offer
from tests.tinyml.net.stacks import stack
from tinyml.data import DataChoice, describe
from tinyml.learner import TrainingSettings
from tinyml.storage import Project

TEN = ("Linear", {"outputs": 10})
DIGITS_NETWORK = stack("Flatten", "Linear", "ReLu", TEN)


def document_with(network, source="digits", **training) -> Document:
    data = DataChoice(source=source)
    return Document(Project(network=network, data=data, training=TrainingSettings(**training)))


def choose(document: Document, source: str) -> None:
    document.apply(edits.change_data(document.project, source=source).alone())


def test_there_is_an_offer_after_other_data_until_the_network_fits(qapp) -> None:
    document = document_with(DIGITS_NETWORK)
    fit = DataFit.of(document)
    assert DataFit.of(document) is fit
    assert fit.offer is None
    choose(document, "shapes")
    offer = fit.offer
    assert offer is not None
    assert offer.sentence == "layer_3: The network ends with 10 numbers but the loss needs 8, one for each class."
    assert offer.steps == ("Set outputs to 8 (layer_3)",)
    document.apply(offer.fit)
    assert document.undo_stack.undoText() == "fit the network to the data"
    assert document.problems == ()
    assert fit.offer is None
    document.undo_stack.undo()
    assert fit.offer == offer
    document.undo_stack.undo()
    assert fit.offer is None
    document.undo_stack.redo()
    assert fit.offer == offer


def test_the_other_way_replaces_the_network_as_one_step(qapp) -> None:
    document = document_with(DIGITS_NETWORK)
    choose(document, "sine")
    offer = DataFit.of(document).offer
    assert offer.steps == ("Use mean squared error", "Set outputs to 1 (layer_3)")
    before, steps = document.project, document.undo_stack.count()
    document.apply(offer.start)
    assert document.undo_stack.undoText() == "start with a small multilayer perceptron"
    assert document.problems == ()
    assert document.project.training.loss == "mse_loss"
    assert DataFit.of(document).offer is None
    assert document.undo_stack.count() == steps + 1
    document.undo_stack.undo()
    assert document.project == before


def test_a_network_that_no_fix_saves_can_only_be_replaced(qapp) -> None:
    document = document_with(stack("Conv2D", "ReLu", "Flatten", TEN))
    choose(document, "circle")
    offer = DataFit.of(document).offer
    assert offer.fit is None
    document.apply(offer.start)
    assert document.problems == ()


def test_an_autoencoder_is_a_kind_of_data_too(qapp) -> None:
    document = document_with(DIGITS_NETWORK)
    document.apply(edits.change_data(document.project, target="input"))
    offer = DataFit.of(document).offer
    assert offer.start_title == "an autoencoder"
    assert offer.steps[0] == "Use mean squared error"
    for edit in (offer.fit, offer.start):
        document.apply(edit)
        assert document.problems == ()
        document.undo_stack.undo()


def test_building_a_network_gives_no_offer(qapp) -> None:
    document = document_with(stack())
    fit = DataFit.of(document)
    assert fit.offer is not None, "an empty network can be replaced"
    assert fit.offer.fit is None
    document.apply(edits.insert_layer(document.project, 0, "Flatten"))
    assert document.problems
    assert fit.offer is None
    document.apply(edits.insert_layer(document.project, 1, "Linear", {"outputs": 10}))
    document.apply(edits.change_settings(document.project, "linear_1", {"outputs": 9}))
    assert document.problems
    assert fit.offer is None


def test_problems_that_other_data_do_not_cause_give_no_offer(qapp) -> None:
    network = stack("Attention", "Flatten", TEN)
    assert find_offer(Project(network=network), describe("digits")) is None
    document = document_with(network)
    choose(document, "shapes")
    assert DataFit.of(document).offer is None


def test_an_opened_project_that_does_not_fit_has_an_offer(qapp) -> None:
    document = document_with(DIGITS_NETWORK)
    fit = DataFit.of(document)
    document.replace(Project(network=DIGITS_NETWORK, data=DataChoice(source="circle")))
    assert fit.offer is not None
    document.replace(Project(network=DIGITS_NETWORK))
    assert fit.offer is None


def test_an_augmentation_that_does_not_fit_is_switched_off(qapp) -> None:
    document = document_with(stack("Flatten", ("Linear", {"outputs": 2})), augment_flip=True, loss="mse_loss")
    choose(document, "circle")
    offer = DataFit.of(document).offer
    assert offer.steps == ("Switch flip off",)
    document.apply(offer.fit)
    assert document.project.training.loss == "mse_loss", "the loss fits, so it stays"
    document.undo_stack.undo()
    document.apply(offer.start)
    assert document.problems == ()


def test_a_document_with_an_offer_needs_no_garbage_collector(qapp) -> None:
    document = document_with(DIGITS_NETWORK)
    DataFit.of(document)
    choose(document, "shapes")
    gone = weakref.ref(document)
    del document
    assert gone() is None
