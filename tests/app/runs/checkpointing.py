"""Steps of the tests of checkpoints: train until one is written, and wait for the end."""

from app.training import SessionState

ENDED = (SessionState.FINISHED, SessionState.STOPPED, SessionState.FAILED)


def pause(qtbot, session, batches):
    session.start(steps=batches)
    qtbot.waitUntil(lambda: session.state is SessionState.PAUSED)


def wait_for_end(qtbot, session):
    qtbot.waitUntil(lambda: session.state in ENDED)


def checkpoint_at(qtbot, session, checkpoints, batches):
    """Train that many batches and wait for a checkpoint of them."""
    with qtbot.waitSignal(checkpoints.written):
        pause(qtbot, session, batches)
    with qtbot.waitSignal(checkpoints.written):
        session.request_checkpoint()
        session.step()
    qtbot.waitUntil(lambda: session.state is SessionState.PAUSED)


def folder_of(keeper, session):
    return keeper.folder / session.run.identifier
