"""Values that the user has typed but not confirmed: commands that need them apply them first."""

from collections.abc import Callable, Iterable
from functools import partial

from app.shell.window_layout import WindowLayout


class Drafts:
    """Applies the drafts of all forms and fields.

    Arguments:
        pages: shows the page of a value that is refused.
        parts: for each form or field, the name of its page and the function that applies its drafts. The function
            returns why a value is refused; an empty text if all are applied.
    """

    def __init__(self, pages: WindowLayout, parts: Iterable[tuple[str, Callable[[], str]]]) -> None:
        self._pages, self._parts = pages, tuple(parts)

    def commit(self) -> str:
        """Apply all drafts that are accepted.

        Return the first reason why a value is refused, and show its page; return an empty text if all are applied.
        """
        reasons = [(page, commit()) for page, commit in self._parts]
        for page, reason in reasons:
            if reason:
                self._pages.show_page(page)
                return reason
        return ""

    def before(self, command: Callable[[], None]) -> Callable[[], None]:
        """Return a function that applies all drafts that are accepted, and then runs a command.

        Arguments:
            command: what to run.
        """
        return partial(self._commit_and_run, command)

    def _commit_and_run(self, command: Callable[[], None]) -> None:
        self.commit()
        command()
