"""The part of a PyTorch script that loads data and trains."""

from tinyml.data import DataDescription
from tinyml.losses import LossDescription, loss_descriptions
from tinyml.optims import optimizer_descriptions
from tinyml.optims.schedules import schedule_descriptions
from tinyml.scripts.schedule_text import schedule_arguments
from tinyml.scripts.script import ScriptContent, data_choice
from tinyml.scripts.source_text import call, named

_TRAINING = '''

def load_data():
    """Return inputs and targets of the training examples and of the test examples."""
    try:
        from tinyml.data import DataChoice, prepare_splits
    except ImportError:
        sys.exit("The data comes from tinyml. Install it, or let load_data return tensors of your own.")
    train, _, test = prepare_splits({choice})
    {targets}


def main():
    parser = argparse.ArgumentParser(description="Train the network, and evaluate it on the test data.")
    parser.add_argument("--epochs", type=int, default={epochs}, help="passes over the training data (%(default)s)")
    parser.add_argument("--weights", metavar="FILE", help="start with the weights in this file (*.safetensors)")
    options = parser.parse_args()
    if options.weights:
        load_weights(options.weights)

    (inputs, targets), (test_inputs, test_targets) = load_data()
    loss_function = {loss}
    optimizer = {optimizer}
{schedule}    for epoch in range(1, options.epochs + 1):
        net.train()
        total = 0.0
        for rows in torch.randperm(len(inputs)).split({batch_size}):
            optimizer.zero_grad()
            loss = loss_function(net(inputs[rows]), targets[rows])
            loss.backward()
{clipping}            optimizer.step()
{schedule_step}            total += loss.item() * len(rows)
        print(f"epoch {{epoch}}: training loss {{total / len(inputs):.4f}}")

    net.eval()
    with torch.no_grad():
        outputs = net(test_inputs)
        loss = loss_function(outputs, test_targets).item()
{evaluation}


if __name__ == "__main__":
    main()'''

_LABELS = "return [(torch.tensor(part.inputs), torch.tensor(part.labels)) for part in (train, test)]"
_NUMBERS = "return [(torch.tensor(part.inputs), torch.tensor(part.targets)) for part in (train, test)]"
_CLASS_TARGETS = """classes = {classes}  # one row for each class
    return [(torch.tensor(part.inputs), classes[torch.tensor(part.labels)]) for part in (train, test)]"""

_ACCURACY_OF_LABELS = """    accuracy = (outputs.argmax(1) == test_targets).float().mean().item()
    print(f"test loss {loss:.4f}, accuracy {accuracy:.2%}")"""
_ACCURACY_OF_SCORES = """    accuracy = (outputs.argmax(1) == test_targets.argmax(1)).float().mean().item()
    print(f"test loss {loss:.4f}, accuracy {accuracy:.2%}")"""
_ACCURACY_OF_VALUES = """    # The predicted class is the one with the nearest target.
    classes = torch.unique(targets, dim=0)
    predicted, true = (torch.cdist(each, classes).argmin(1) for each in (outputs, test_targets))
    accuracy = (predicted == true).float().mean().item()
    print(f"test loss {loss:.4f}, accuracy {accuracy:.2%}")"""
_LOSS_ONLY = '    print(f"test loss {loss:.4f}")'


def training_part(content: ScriptContent) -> str:
    """Return the functions `load_data` and `main` of a script; a comment if PyTorch lacks the loss or the optimiser.

    Arguments:
        content: without an obstacle.
    """
    training, data = content.training, content.data
    assert data is not None, "without data there is an obstacle"
    loss = loss_descriptions()[training.loss]
    optimizer = _optimizer(content)
    if not loss.pytorch or not optimizer:
        missing = loss.title if not loss.pytorch else optimizer_descriptions()[training.optimizer].title
        return f"\n# There is no training here: PyTorch has no counterpart of '{missing}'."
    targets, evaluation = _targets_and_evaluation(loss, data.with_target(content.choice.target))
    schedule = _schedule(content)
    clipping = f"nn.utils.clip_grad_norm_(net.parameters(), {training.clip_norm!r})" if training.clip_norm else ""
    filled = _TRAINING.format(
        choice=data_choice(content),
        targets=targets,
        epochs=training.epochs,
        loss=loss.pytorch,
        optimizer=optimizer,
        schedule=f"    schedule = {schedule}\n" if schedule else "",
        batch_size=training.batch_size,
        clipping=f"{' ' * 12}{clipping}\n" if clipping else "",
        schedule_step=f"{' ' * 12}schedule.step()\n" if schedule else "",
        evaluation=evaluation,
    )
    return "\n".join([*_left_out(content), filled])


def _optimizer(content: ScriptContent) -> str:
    """Return the call that makes the optimiser; empty if PyTorch has none."""
    counterpart = optimizer_descriptions()[content.training.optimizer].pytorch
    if counterpart is None:
        return ""
    made = counterpart(content.training.make_optimizer())
    return call(made.name, ["net.parameters()", *named(made.written)])


def _schedule(content: ScriptContent) -> str:
    """Return the call that makes the schedule; empty if there is none."""
    description = schedule_descriptions()[content.training.schedule]
    counterpart = description.pytorch
    if counterpart is None:
        return ""
    rate = content.training.learning_rate
    name = counterpart(description.make(content.training.model_dump(), 1), rate).name
    return call(name, ["optimizer", *schedule_arguments(content, lambda made: counterpart(made, rate).written)])


def _targets_and_evaluation(loss: LossDescription, data: DataDescription) -> tuple[str, str]:
    """Return the statements that make the targets, and those that print the results."""
    if not data.has_classes:
        return _NUMBERS, _LOSS_ONLY
    if loss.targets == "labels":
        return _LABELS, _ACCURACY_OF_LABELS
    if loss.target_range is not None:
        return _CLASS_TARGETS.format(classes=f"torch.eye({len(data.class_names)})"), _ACCURACY_OF_SCORES
    return _CLASS_TARGETS.format(classes="torch.tensor(train.class_targets)"), _ACCURACY_OF_VALUES


def _left_out(content: ScriptContent) -> list[str]:
    """Return a comment about the training settings that the script does not use."""
    training = content.training
    left_out = [*training.image_augmentations, *["noise"] * bool(training.augment_noise)]
    left_out += ["early stopping"] * bool(training.early_stopping)
    left_out += ["keeping the best weights"] * training.restore_best
    description = schedule_descriptions()[training.schedule]
    if training.schedule != "constant" and description.pytorch is None:
        left_out.append(f"the schedule '{description.title}'")
    return [f"\n# Not in this script: {', '.join(left_out)}."] if left_out else []
