"""The foldable sections of the Inspect page. They remember what the user folds."""

import re

from PySide6.QtCore import QEvent, QObject, QSettings
from PySide6.QtWidgets import QBoxLayout, QWidget

from app.forms.section import Section
from app.inspector.layouts import make_column


class PageSection(Section):
    """A section of the page. It is hidden while its widget hides itself, because that has nothing to show.

    Arguments:
        title: text of the heading. The objectName follows from it: "inspector_section_top_activations".
        widget: what is below the heading. While the section is folded, it is not visible and must compute nothing.
        images_only: True if the widget has nothing to show for samples that are no images.
        starts_folded: True if the user unfolds it when it is wanted, because it takes much room or time.

    Attributes:
        starts_folded: the same.
        name: the end of the objectName.
    """

    def __init__(self, title: str, widget: QWidget, images_only: bool = False, starts_folded: bool = False) -> None:
        self.name = re.sub(r"\W+", "_", title.lower())
        # Folding hides the box, and the widget hides itself: the two do not disturb each other.
        box = QWidget()
        make_column(box).addWidget(widget)
        super().__init__(f"inspector_section_{self.name}", title, box)
        self._widget, self._images_only, self._suits = widget, images_only, True
        self.starts_folded = starts_folded
        self.set_folded(starts_folded)
        widget.installEventFilter(self)
        self._refresh()

    def show_for(self, images: bool) -> None:
        """Show the section if it suits the samples.

        Arguments:
            images: True if the samples are images.
        """
        self._suits = images or not self._images_only
        self._refresh()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the widget that hides or shows itself."""
        if event.type() in (QEvent.Type.HideToParent, QEvent.Type.ShowToParent):
            self._refresh()
        return False

    def _refresh(self) -> None:
        self.setVisible(self._suits and not self._widget.isHidden())


class PageSections:
    """Adds sections to columns of the page, and folds them together.

    A page that is too low for everything folds its sections. A section that the user has folded or unfolded stays as
    it is, also in later sessions.
    """

    def __init__(self) -> None:
        self._sections: dict[str, PageSection] = {}
        self._short_of_room = False
        self._by_user: dict[str, bool] = {}

    def add(self, column: QBoxLayout, section: PageSection) -> None:
        """Add a section at the end of a column.

        Arguments:
            column: the layout that gets the section.
            section: the section.
        """
        self._sections[section.name] = section
        column.addWidget(section)

    def set_short_of_room(self, short: bool) -> None:
        """Fold the sections, or unfold them again, except those that the user has folded or unfolded.

        Arguments:
            short: True if the page is too low for everything.
        """
        self._notice_user()
        self._short_of_room = short
        for name, section in self._sections.items():
            section.set_folded(self._by_user.get(name, short or section.starts_folded))

    def show_for(self, images: bool) -> None:
        """Show the sections that suit the samples.

        Arguments:
            images: True if the samples are images.
        """
        for section in self._sections.values():
            section.show_for(images)

    def save(self, settings: QSettings) -> None:
        """Save what the user has folded and unfolded in the `settings` of the window."""
        self._notice_user()
        for name, folded in self._by_user.items():
            settings.setValue(f"inspect_page/folded_{name}", folded)

    def restore(self, settings: QSettings) -> None:
        """Fold what the last session has saved in the `settings`. Values without a meaning change nothing."""
        for name in self._sections:
            saved = str(settings.value(f"inspect_page/folded_{name}", "")).lower()
            if saved in ("true", "false"):
                self._by_user[name] = saved == "true"
        for name, section in self._sections.items():
            section.set_folded(self._by_user.get(name, section.folded))

    def _notice_user(self) -> None:
        """Remember each section that is no longer as the program has left it."""
        for name, section in self._sections.items():
            if section.folded != self._by_user.get(name, self._short_of_room or section.starts_folded):
                self._by_user[name] = section.folded
