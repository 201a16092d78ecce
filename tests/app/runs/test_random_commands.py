"""Random commands of session and list, in any order: what should be kept is kept, and no lock or thread is left."""

import os
import random

import pytest
from PySide6.QtCore import QThread

from app.document import Document
from app.runs import RunKeeper, RunStore
from app.training import Run, Session, SessionState
from tests.app.runs.conftest import ENDED
from tests.app.training.conftest import circle_project

SEQUENCES = int(os.environ.get("RANDOM_RUN_SEQUENCES", "12"))
LENGTH = 25
_COMMANDS = (
    *("train", "train", "long", "stop", "pause", "resume", "step", "continue", "new", "previous"),
    *("show", "delete", "undo", "rename", "star", "draw", "reload", "wait", "wait"),
)


class Player:
    """A user who presses anything at any time."""

    def __init__(self, qtbot, folder, seed: int) -> None:
        self.chance, self.qtbot = random.Random(seed), qtbot
        self.document = Document(circle_project())
        self.session = Session(self.document)
        self.keeper = RunKeeper(self.session, self.document, folder)
        self.failures: list[str] = []
        self.started: list[Run] = []
        self.session.started.connect(lambda: self.started.append(self.session.run))
        self.keeper.failed.connect(self.failures.append)

    def run_names(self) -> list[str]:
        return sorted(self.keeper.kept)

    def play(self) -> str:
        """Do one random thing, and return its name."""
        command = self.chance.choice(_COMMANDS)
        names = self.run_names()
        chosen = self.chance.choice(names) if names else ""
        session, keeper = self.session, self.keeper
        match command:
            case "train":
                self.document.show_project(circle_project(epochs=2, seed=self.chance.randrange(9)))
                session.start()
            case "long":
                self.document.show_project(circle_project(epochs=10_000))
                session.start()
            case "stop" | "pause" | "resume" | "step":
                getattr(session, command)()
            case "continue" if not session.obstacle:
                session.continue_run()
            case "new":
                self.document.replace(circle_project(epochs=3))
            case "previous":
                session.show_previous_run()
            case "show" if chosen:
                keeper.show(chosen)
            case "delete":
                keeper.delete(self.chance.sample(names, min(2, len(names))))
            case "undo":
                keeper.undo_delete()
            case "rename" if chosen:
                keeper.change(chosen, title=f"name {self.chance.randrange(99)}")
            case "star" | "draw" if chosen:
                keeper.change(chosen, **{"starred" if command == "star" else "shown": True})
            case "reload":
                keeper.reload()
            case "wait":
                before = session.batches_done
                self.qtbot.waitUntil(lambda: not session.state.active or session.batches_done != before or self.still)
        return command

    @property
    def still(self) -> bool:
        """True if nothing will happen without another command."""
        return self.session.state in (SessionState.PAUSED, SessionState.READY, *ENDED)


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_the_list_and_the_disk_agree_after_any_commands(qtbot, qapp, tmp_path, seed) -> None:
    player = Player(qtbot, tmp_path / "runs", seed)
    played = [player.play() for _ in range(LENGTH)]
    session, keeper = player.session, player.keeper
    session.shutdown()
    assert not session.state.active, played
    listed = set(keeper.kept)
    titles = {name: run.record.title for name, run in keeper.kept.items()}
    wanted = {run.identifier for run in player.started if run.learned and not keeper.is_deleted(run.identifier)}
    keeper.shutdown()
    found = RunStore(keeper.folder).read_all()
    assert set(found) == wanted, played
    assert listed <= wanted, played
    for name, kept in found.items():
        assert kept.problem == "", played
        assert kept.record.state != "running", played
        assert not kept.elsewhere
        assert not kept.interrupted
        assert name not in titles or kept.record.title == titles[name], played
        assert RunStore(keeper.folder).load(name).curves.history is not None
    assert not list(keeper.folder.rglob("owner.lock"))
    assert not list(keeper.folder.rglob("*.tmp"))
    assert not any(thread.isRunning() for thread in session.findChildren(QThread))
    assert not player.failures, (played, player.failures)
    player.document.shutdown()
    for each in (keeper, session, player.document):
        each.deleteLater()
