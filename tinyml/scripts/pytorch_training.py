"""The part of a PyTorch script that loads data, trains, and evaluates: in one process, or in those of torchrun."""

from tinyml.losses import LossDescription, loss_descriptions
from tinyml.optims import optimizer_descriptions
from tinyml.optims.schedules import schedule_descriptions
from tinyml.scripts.pytorch_augmentation import Augmentation, augmentation_part
from tinyml.scripts.schedule_text import schedule_arguments_of_batches
from tinyml.scripts.script import ScriptContent, all_layers, data_choice
from tinyml.scripts.source_template import fill_template
from tinyml.scripts.source_text import call, named

_TRAINING = '''

def load_data():
!scale|    """Return inputs and targets of the training, validation and test examples."""
?scale|    """Return inputs and targets of the training, validation and test examples, and what scales images."""
    try:
        from tinyml.data import DataChoice, prepare_splits
    except ImportError:
        sys.exit("The data comes from tinyml. Install it, or let load_data return tensors of your own.")
    parts = prepare_splits($choice)
?one-hot|    classes = torch.eye($classes)  # one row for each class
?nearest|    classes = torch.tensor(parts.train.class_targets)  # one row for each class
!scale|    return [(torch.tensor(part.inputs), $targets) for part in parts]
?scale|    loaded = [(torch.tensor(part.inputs), $targets) for part in parts]
?scale|    # Images are augmented before they are scaled.
?scale|    loaded[0] = (torch.tensor(parts.train.unscaled_examples(slice(None))), loaded[0][1])
?scale|    return *loaded, lambda images: torch.from_numpy(parts.train.scale(images.numpy()))


def join_processes():
    """Join the other processes if torchrun started several; return their number, the own number, and the device."""
    processes, number = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
    device = torch.device("cpu")
    if torch.cuda.is_available():
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
        torch.cuda.set_device(device)
    if processes > 1:
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return processes, number, device


def add_up(numbers, device):
    """Return the sums of numbers over all processes."""
    sums = torch.tensor(numbers, dtype=torch.float64, device=device)
    if distributed.is_initialized():
        distributed.all_reduce(sums)
    return sums.tolist()


def share_of(rows, processes, number):
    """Return the rows of a batch for this process, and their weight in the mean over the processes."""
    if len(rows) < processes:
        return rows, 1.0  # too few to share
    share = rows[number::processes]
    return share, len(share) * processes / len(rows)


def evaluate(examples, loss_function, processes, number, device):
?classes|    """Return the mean loss and the accuracy over some examples."""
!classes|    """Return a list with the mean loss over some examples."""
    net.eval()
    inputs, targets = examples
?nearest|    classes = torch.unique(targets, dim=0).to(device)  # the nearest one is predicted
?classes|    loss, correct = 0.0, 0
!classes|    loss = 0.0
    with torch.no_grad():
        for rows in torch.arange(number, len(inputs), processes).split(256):
            outputs, truth = net(inputs[rows].to(device)), targets[rows].to(device)
            loss += loss_function(outputs, truth).item() * len(rows)
?classes|            correct += ($predicted == $true).sum().item()
?classes|    return [each / len(inputs) for each in add_up([loss, correct], device)]
!classes|    return [each / len(inputs) for each in add_up([loss], device)]
$functions

def main():
    parser = argparse.ArgumentParser(description="Train the network, and evaluate it on the test data.")
    parser.add_argument("--epochs", type=int, default=$epochs, help="passes over the training data (%(default)s)")
    parser.add_argument("--weights", metavar="FILE", help="start with the weights in this file (*.safetensors)")
    parser.add_argument("--save", metavar="FILE", help="write the trained weights to this file (*.safetensors)")
    options = parser.parse_args()
    processes, number, device = join_processes()
    if options.weights:
        load_weights(options.weights)

?scale|    train, validation, test, scale = load_data()
!scale|    train, validation, test = load_data()
    inputs, targets = train
    net.to(device)
?norm|    if device.type == "cuda" and processes > 1:
?norm|        nn.SyncBatchNorm.convert_sync_batchnorm(net)  # on CPUs, each process normalises its share of the batch
    model = nn.parallel.DistributedDataParallel(net) if processes > 1 else net
    loss_function = $loss
    optimizer = $optimizer
?batches|    batches = math.ceil(len(inputs) / $batch_size)
?schedule|    schedule = $schedule
    order = torch.Generator().manual_seed($seed)  # the same in all processes
    torch.manual_seed($seed + number)
?best|    best_loss, best_epoch = math.inf, 0
    for epoch in range(1, options.epochs + 1):
        model.train()
        total = 0.0
        for rows in torch.randperm(len(inputs), generator=order).split($batch_size):
            share, weight = share_of(rows, processes, number)
?norm-1d|            model.train(len(share) > 1)  # PyTorch cannot normalise a single example
?clean|            clean = $clean
?clean|            batch, truth = $noisy.to(device), $target.to(device)
!clean|            batch, truth = $batch.to(device), targets[share].to(device)
            optimizer.zero_grad()
            loss = loss_function(model(batch), truth)
            (weight * loss).backward()
?clip|            nn.utils.clip_grad_norm_(net.parameters(), $clip_norm)
            optimizer.step()
?each-batch|            schedule.step()
            total += loss.item() * weight * len(rows) / processes
        training_loss = add_up([total], device)[0] / len(inputs)
        line = f"epoch {epoch}: training loss {training_loss:.4f}"
?watched|        watched = training_loss
        if len(validation[0]):
?watched|            watched = evaluate(validation, loss_function, processes, number, device)[0]
?watched|            line += f", validation loss {watched:.4f}"
!watched|            validation_loss = evaluate(validation, loss_function, processes, number, device)[0]
!watched|            line += f", validation loss {validation_loss:.4f}"
        if number == 0:
            print(line, flush=True)
?each-epoch|        schedule.step(watched)
?best|        if watched < best_loss:
?best|            best_loss, best_epoch = watched, epoch
?restore|            best_weights = {name: tensor.clone() for name, tensor in net.state_dict().items()}
?stop|        if epoch - best_epoch >= $patience:
?stop|            break  # early stopping
?restore|    if best_epoch:
?restore|        net.load_state_dict(best_weights)

?classes|    loss, accuracy = evaluate(test, loss_function, processes, number, device)
!classes|    (loss,) = evaluate(test, loss_function, processes, number, device)
    if number == 0:
?classes|        print(f"test loss {loss:.4f}, accuracy {accuracy:.2%}")
!classes|        print(f"test loss {loss:.4f}")
        if options.save:
            save_weights(options.save)
    if processes > 1:
        distributed.barrier()
        del model  # it keeps the group, whose threads would abort the process if they outlived Python
        gc.collect()
        distributed.destroy_process_group()


if __name__ == "__main__":
    main()'''


def training_part(content: ScriptContent) -> str:
    """Return the functions of a script from `load_data` to `main`.

    If PyTorch lacks the loss or the optimiser, a comment says so instead.

    Each process of torchrun learns from its share of every batch. The gradients are averaged with the sizes of the
    shares as weights, so they are those of one process, except for batch normalisation on CPUs.

    Arguments:
        content: without an obstacle.
    """
    training, data = content.training, content.data
    assert data is not None, "without data there is an obstacle"
    loss, optimizer = loss_descriptions()[training.loss], _optimizer(content)
    if not loss.pytorch or not optimizer:
        missing = loss.title if not loss.pytorch else optimizer_descriptions()[training.optimizer].title
        return f"\n# There is no training here: PyTorch has no counterpart of '{missing}'."
    augmentation, schedule = augmentation_part(content), _schedule(content)
    values = {
        "choice": data_choice(content),
        "classes": str(len(data.class_names)),
        "functions": augmentation.functions if augmentation else "",
        "epochs": str(training.epochs),
        "loss": loss.pytorch,
        "optimizer": optimizer,
        "schedule": schedule,
        "batch_size": str(training.batch_size),
        "seed": str(training.seed),
        "clip_norm": repr(training.clip_norm),
        "patience": str(training.early_stopping),
        **_target_values(content, loss),
        **_batch_values(augmentation),
    }
    features = _features(content, augmentation) | ({"batches"} if "* batches" in schedule else set())
    return "\n".join([*_left_out(content), fill_template(_TRAINING, features, values)])


def _features(content: ScriptContent, augmentation: Augmentation | None) -> set[str]:
    """Return the features of the script; the lines of `_TRAINING` name them."""
    training, data = content.training, content.data
    assert data is not None, "without data there is an obstacle"
    loss = loss_descriptions()[training.loss]
    schedule = schedule_descriptions()[training.schedule]
    has_classes = data.with_target(content.choice.target).has_classes
    compares = has_classes and loss.targets == "numbers"
    kinds = {layer.specification.type for layer in all_layers(content.layers)}
    chosen = {
        "classes": has_classes,
        "one-hot": compares and loss.target_range is not None,
        "nearest": compares and loss.target_range is None,
        "scale": augmentation is not None and augmentation.before_scaling,
        "clean": augmentation is not None and content.choice.target == "input",
        "norm": bool(kinds & {"BatchNorm1D", "BatchNorm2D"}),
        "norm-1d": "BatchNorm1D" in kinds,
        "clip": training.clip_norm > 0,
        "schedule": schedule.pytorch is not None,
        "each-batch": schedule.pytorch is not None and not schedule.follows_loss,
        "each-epoch": schedule.pytorch is not None and schedule.follows_loss,
        "stop": training.early_stopping > 0,
        "restore": training.restore_best,
    }
    features = {name for name, is_chosen in chosen.items() if is_chosen}
    if features & {"stop", "restore"}:
        features.add("best")
    if features & {"best", "each-epoch"}:
        features.add("watched")
    return features


def _target_values(content: ScriptContent, loss: LossDescription) -> dict[str, str]:
    """Return the source code of the targets, and of the predicted and the true classes."""
    data = content.data
    assert data is not None, "without data there is an obstacle"
    targets, predicted, true = "torch.tensor(part.labels)", "outputs.argmax(1)", "truth"
    if not data.with_target(content.choice.target).has_classes:
        targets = "torch.tensor(part.targets)"
    elif loss.targets == "numbers":
        targets, true = "classes[torch.tensor(part.labels)]", "truth.argmax(1)"
        if loss.target_range is None:
            predicted, true = (f"torch.cdist({each}, classes).argmin(1)" for each in ("outputs", "truth"))
    return {"targets": targets, "predicted": predicted, "true": true}


def _batch_values(augmentation: Augmentation | None) -> dict[str, str]:
    """Return the source code of the inputs of a batch; of an autoencoder, also that of its targets."""
    if augmentation is None:
        return {"batch": "inputs[share]", "clean": "", "noisy": "", "target": ""}
    scaled = "scale({})" if augmentation.before_scaling else "{}"
    noisy = "clean"
    for each in augmentation.corrupting:
        noisy = each.format(noisy)
    return {
        "batch": scaled.format(augmentation.of("inputs[share]")),
        "clean": augmentation.of("inputs[share]", corrupted=False),
        "noisy": scaled.format(noisy),
        "target": scaled.format("clean"),
    }


def _optimizer(content: ScriptContent) -> str:
    """Return the call that makes the optimiser; empty if PyTorch has none."""
    counterpart = optimizer_descriptions()[content.training.optimizer].pytorch
    if counterpart is None:
        return ""
    made = counterpart(content.training.make_optimizer())
    return call(made.name, ["net.parameters()", *named(made.written)])


def _schedule(content: ScriptContent) -> str:
    """Return the call that makes the schedule; empty if there is none."""
    training = content.training
    description = schedule_descriptions()[training.schedule]
    counterpart = description.pytorch
    if counterpart is None:
        return ""
    rate = training.learning_rate
    name = counterpart(description.make(training.model_dump(), 1), rate).name
    arguments = schedule_arguments_of_batches(
        training, lambda made: counterpart(made, rate).written, "max(options.epochs, 1)", "batches"
    )
    return call(name, ["optimizer", *arguments])


def _left_out(content: ScriptContent) -> list[str]:
    """Return a comment about a schedule that PyTorch does not have."""
    description = schedule_descriptions()[content.training.schedule]
    if content.training.schedule == "constant" or description.pytorch is not None:
        return []
    return [f"\n# Not in this script: the schedule '{description.title}'."]
