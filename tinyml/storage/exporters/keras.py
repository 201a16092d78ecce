"""Export as a Keras 3 script, with the weights in a file beside it."""

from tinyml.scripts import keras_obstacles, keras_script
from tinyml.storage.exporters.model_script import script_exporter

KERAS = script_exporter(
    "Keras",
    "keras numpy safetensors torch",
    "Keras script with weights",
    "a script with the network, its training and its evaluation in Keras 3, for each of its backends, and a file with "
    "the weights beside it",
    keras_script,
    keras_obstacles,
)
