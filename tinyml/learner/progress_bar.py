"""A progress bar for runs in the terminal."""

import sys
from collections.abc import Generator

from tqdm import tqdm

from tinyml.learner.events import BatchFinished, EpochFinished, Event


def with_progress_bar(
    events: Generator[Event, None, None], batches: int, done: int = 0
) -> Generator[Event, None, None]:
    """Yield the events of a run; meanwhile, show its progress and the result of the last epoch on standard error.

    Arguments:
        events: the events of the run. Closing the returned generator closes them.
        batches: number of batches in the whole run.
        done: number of batches that were done before the run was resumed.
    """
    bar = tqdm(total=batches, initial=done, file=sys.stderr, unit="batch", mininterval=0.5, dynamic_ncols=True)
    try:
        for event in events:
            if isinstance(event, BatchFinished):
                bar.update()
            elif isinstance(event, EpochFinished):
                bar.set_postfix_str(describe_epoch(event), refresh=False)
            yield event
    finally:
        events.close()
        bar.close()


def describe_epoch(event: EpochFinished) -> str:
    """Describe the result of an epoch in a few words, with the metric that fits the targets.

    >>> describe_epoch(EpochFinished(2, 10, 0.25, None, 0.5, None, 1.0, None, 0.8, 0.75))
    'epoch 2/10, loss 0.2500, R² 0.800, validation 0.750'
    """
    text = f"epoch {event.epoch}/{event.epochs}, loss {event.training_loss:.4f}"
    if event.training_accuracy is not None:
        text += f", accuracy {event.training_accuracy:.1%}"
    if event.validation_accuracy is not None:
        return f"{text}, validation {event.validation_accuracy:.1%}"
    if event.training_r_squared is not None:
        text += f", R² {event.training_r_squared:.3f}"
    if event.validation_r_squared is not None:
        return f"{text}, validation {event.validation_r_squared:.3f}"
    return text if event.validation_loss is None else f"{text}, validation loss {event.validation_loss:.4f}"
