"""The part of a Keras script that loads data, trains and evaluates."""

from tinyml.losses import loss_descriptions
from tinyml.optims import optimizer_descriptions
from tinyml.optims.schedules import schedule_descriptions
from tinyml.scripts.script import ScriptContent, data_choice
from tinyml.scripts.source_template import fill_template
from tinyml.scripts.source_text import call, literal, named

_TRAINING = '''

def load_data():
    """Return inputs and targets of the training, validation and test examples."""
    try:
        from tinyml.data import DataChoice, prepare_splits
    except ImportError:
        sys.exit("The data comes from tinyml. Install it, or let load_data return arrays of your own.")
    parts = prepare_splits($choice)
?one-hot|    classes = np.eye($classes)  # one row for each class
?nearest|    classes = parts.train.class_targets  # one row for each class
    return [(part.inputs$last, $targets) for part in parts]


def main():
    parser = argparse.ArgumentParser(description="Train the network, and evaluate it on the test data.")
    parser.add_argument("--epochs", type=int, default=$epochs, help="passes over the training data (%(default)s)")
    parser.add_argument("--weights", metavar="FILE", help="start with the weights in this file (*.safetensors)")
    parser.add_argument("--save", metavar="FILE", help="write the trained weights to this file (*.safetensors)")
    options = parser.parse_args()
    if options.weights:
        load_weights(options.weights)
    (inputs, targets), validation, (test_inputs, test_targets) = load_data()
?batches|    batches = math.ceil(len(inputs) / $batch_size)
?watched|    watched = "val_loss" if len(validation[0]) else "loss"
    callbacks = []
?plateau|    callbacks.append(keras.callbacks.ReduceLROnPlateau(watched, $plateau))
?best|    callbacks.append(keras.callbacks.EarlyStopping(watched, patience=$patience, restore_best_weights=$restore))
    model.compile(
        optimizer=$optimizer,
        loss=$loss,
?accuracy|        metrics=["accuracy"],
    )
    if options.epochs:
        model.fit(
            inputs,
            targets,
            batch_size=$batch_size,
            epochs=options.epochs,
            validation_data=validation if len(validation[0]) else None,
            callbacks=callbacks,
            verbose=2,
        )
    results = model.evaluate(test_inputs, test_targets, batch_size=256, verbose=0, return_dict=True)
    print(", ".join(f"test {name} {value:.4f}" for name, value in results.items()))
    if options.save:
        save_weights(options.save)


if __name__ == "__main__":
    main()'''

_LOSSES = {
    "binary_cross_entropy_with_logits_loss": "keras.losses.BinaryCrossentropy(from_logits=True)",
    "cross_entropy_loss": "keras.losses.SparseCategoricalCrossentropy()",
    "cross_entropy_with_softmax_loss": "keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
    "huber_loss": "keras.losses.Huber()",
    "mae_loss": "keras.losses.MeanAbsoluteError()",
    "mse_loss": "keras.losses.MeanSquaredError()",
}
"""The loss of Keras for each of ours."""


def keras_training_part(content: ScriptContent) -> str:
    """Return the functions `load_data` and `main` of a script; a comment if Keras lacks the loss or the optimiser.

    Arguments:
        content: without an obstacle.
    """
    training, data = content.training, content.data
    assert data is not None, "without data there is an obstacle"
    loss, optimizer = loss_descriptions()[training.loss], _optimizer(content)
    if training.loss not in _LOSSES or not optimizer:
        known = training.loss in _LOSSES
        missing = optimizer_descriptions()[training.optimizer].title if known else loss.title
        return f"\n# There is no training here: Keras has no counterpart of '{missing}'."
    has_classes = data.with_target(content.choice.target).has_classes
    compares = has_classes and loss.targets == "numbers"
    is_image = len(data.example_shape) == 3
    targets = "part.labels" if has_classes else "part.targets"
    if compares:
        targets = "classes[part.labels]"
    elif not has_classes and len(data.with_target(content.choice.target).target_shape or ()) == 3:
        targets += ".transpose(0, 2, 3, 1)"
    plateau = {"factor": training.schedule_factor, "patience": training.schedule_epochs + 1, "min_delta": 0.0}
    chosen = {
        "one-hot": compares and loss.target_range is not None,
        "nearest": compares and loss.target_range is None,
        "accuracy": has_classes and (not compares or loss.target_range is not None),
        "plateau": training.schedule == "reduce_on_plateau",
        "best": bool(training.early_stopping or training.restore_best),
        "batches": "batches" in optimizer,
    }
    features = {name for name, is_chosen in chosen.items() if is_chosen}
    features |= {"watched"} if features & {"plateau", "best"} else set()
    values = {
        "choice": data_choice(content),
        "classes": str(len(data.class_names)),
        "last": ".transpose(0, 2, 3, 1)" if is_image else "",
        "targets": targets,
        "epochs": str(training.epochs),
        "batch_size": str(training.batch_size),
        "plateau": ", ".join(named(plateau)),
        "patience": str(training.early_stopping or "max(options.epochs, 1)"),
        "restore": str(training.restore_best),
        "optimizer": optimizer,
        "loss": _LOSSES[training.loss],
    }
    return fill_template(_TRAINING, features, values)


def penalises_parameters(content: ScriptContent) -> bool:
    """Return True if weight decay is a part of the gradient, as a penalty of the loss is. AdamW has its own.

    Arguments:
        content: the training settings.
    """
    return content.training.weight_decay > 0 and content.training.optimizer != "adamw"


def keras_left_out(content: ScriptContent) -> list[str]:
    """Return what the script does differently, one comment for each thing.

    Arguments:
        content: the training settings.
    """
    training = content.training
    found: list[str] = []
    if training.schedule == "one_cycle":
        found.append(f"Not in this script: the schedule '{schedule_descriptions()['one_cycle'].title}'.")
    augmentations = training.image_augmentations
    if content.choice.target != "input":
        augmentations = tuple(name for name in augmentations if name == "brightness")
    if augmentations:
        found.append(f"Not in this script: {', '.join(augmentations)} of the training images.")
    return found


def _optimizer(content: ScriptContent) -> str:
    """Return the call that makes the optimiser; empty if Keras has none."""
    training = content.training
    rate, decay = _rate(content), training.weight_decay
    betas = [f"beta_1={training.beta_1!r}", f"beta_2={training.beta_2!r}", "epsilon=1e-8"]
    arguments = {
        "sgd": ("SGD", [f"momentum={training.momentum!r}", f"nesterov={training.nesterov and training.momentum > 0}"]),
        "adam": ("Adam", betas),
        "adamw": ("AdamW", [f"weight_decay={decay!r}", *betas]),
        "rmsprop": ("RMSprop", [f"rho={training.smoothing!r}", f"momentum={training.momentum!r}", "epsilon=1e-8"]),
    }
    if training.optimizer not in arguments:
        return ""
    name, written = arguments[training.optimizer]
    clipping = [f"global_clipnorm={training.clip_norm!r}"] * bool(training.clip_norm)
    return call(f"keras.optimizers.{name}", [rate, *written, *clipping])


def _rate(content: ScriptContent) -> str:
    """Return the source code of the learning rate: a number or a schedule."""
    training = content.training
    rate, epochs = training.learning_rate, training.schedule_epochs
    length = f"decay_steps={epochs} * batches"
    schedules = {
        "cosine": ("CosineDecay", [literal(rate), "decay_steps=max(options.epochs, 1) * batches"]),
        "step": (
            "ExponentialDecay",
            [literal(rate), length, f"decay_rate={training.schedule_factor!r}", "staircase=True"],
        ),
        "warm_up": (
            "PolynomialDecay",
            [literal(rate * training.schedule_factor), length, f"end_learning_rate={rate!r}"],
        ),
    }
    if training.schedule not in schedules:
        return literal(rate)
    name, arguments = schedules[training.schedule]
    return call(f"keras.optimizers.schedules.{name}", arguments)
