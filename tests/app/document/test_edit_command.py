"""The commands on the undo stack: who deletes them, and when."""

import os
import subprocess
import sys
import weakref

from app.document import Document
from app.document.edits import insert_layer

DOCUMENTS_IN_CYCLES = """
import gc
from PySide6.QtCore import QCoreApplication
from app.document import Document
from app.document.edits import insert_layer

application = QCoreApplication([])
for _ in range(50):
    document = Document()
    for _ in range(3):
        document.apply(insert_layer(document.project, 0, "Tanh"))
    document.cycle = document
    del document
    gc.collect()
"""


def test_the_garbage_collector_may_delete_a_document() -> None:
    """Qt crashed when the collector deleted commands before the stack did; a crash ends the whole process."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run([sys.executable, "-c", DOCUMENTS_IN_CYCLES], check=True, env=environment, timeout=200)


def test_a_command_that_qt_deleted_is_not_kept(qapp) -> None:
    document = Document()
    document.apply(insert_layer(document.project, 0, "Tanh"))
    gone = weakref.ref(document.undo_stack.command(0))
    document.undo_stack.clear()
    document.apply(insert_layer(document.project, 0, "Tanh"))
    assert gone() is None
