"""Predicted examples of a run in words, and in a gallery."""

import numpy as np

from app.formatting import format_percentage
from app.monitor.predictions.predictions import ClassPredictions
from app.widgets.plain_text import short
from app.widgets.predictions.example_gallery import ARROW, ExampleGallery, PredictedExample


def show_in(gallery: ExampleGallery, predictions: ClassPredictions, positions: np.ndarray, inputs: np.ndarray) -> None:
    """Show examples in a gallery.

    Arguments:
        gallery: shows them.
        predictions: which ones.
        positions: `(K,)` indices of the examples among the predicted ones.
        inputs: `(K, …)` their inputs as people read them.
    """
    examples = [in_words(predictions, position) for position in positions.tolist()]
    gallery.show_examples(examples, inputs, input_names=predictions.snapshot.description.input_names)


def in_words(predictions: ClassPredictions, position: int) -> PredictedExample:
    """Return one example in words.

    Arguments:
        predictions: which ones.
        position: of the example among the predicted ones.
    """
    names, examples = predictions.class_names, predictions.examples
    true, found = names[predictions.labels[position]], names[predictions.predicted[position]]
    number = int(examples.rows[predictions.places[position]])
    score, caption = format_percentage(float(predictions.confidences[position])), f"{short(true)}{ARROW}{short(found)}"
    sentence = f"{examples.part} example {number}: true {true}, predicted {found}, score {score}. Click to inspect it."
    return PredictedExample(position, caption, (caption, score), sentence)
