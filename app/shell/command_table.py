"""Every command of the window: its name, text, shortcut, icon, tip and menu."""

from dataclasses import dataclass

from app.shell.page_table import PAGES, page_command


@dataclass(frozen=True)
class Command:
    """One command, or a separator in a menu.

    Attributes:
        name: key of the command; its action has the objectName "action_<name>". A name that begins with "-" stands for
            a separator.
        text: text in the menu; "&" marks the mnemonic.
        shortcut: keys in Qt's spelling; empty if there is none.
        icon: name in the icon font; empty if there is none.
        tip: one sentence for the tool tip and the status bar.
        menu: title of the menu. Commands of the same menu stand together.
    """

    name: str
    text: str = ""
    shortcut: str = ""
    icon: str = ""
    tip: str = ""
    menu: str = ""

    @property
    def is_separator(self) -> bool:
        """True if this is a separator line and no command."""
        return self.name.startswith("-")


def _menu(menu: str, *rows: tuple[str, ...]) -> tuple[Command, ...]:
    return tuple(Command(*(*row, *("",) * (5 - len(row)), menu)) for row in rows)


COMMANDS: tuple[Command, ...] = (
    *_menu(
        "&File",
        ("new_project", "&New…", "Ctrl+N", "mdi6.file-outline", "Start with a template or an empty network."),
        ("open_project", "&Open…", "Ctrl+O", "mdi6.folder-open-outline", "Open a project file."),
        ("save_project", "&Save", "Ctrl+S", "mdi6.content-save-outline", "Save the project."),
        ("save_project_as", "Save &as…", "Ctrl+Shift+S", "", "Save the project in another file."),
        ("-file",),
        (
            "export_picture",
            "Export &picture of the network…",
            "",
            "mdi6.image-outline",
            "Save a picture as SVG or PNG.",
        ),
        (
            "export_weights",
            "&Export…",
            "Ctrl+E",
            "mdi6.export",
            "Save the trained network: its weights, scripts, pictures, tables or a report.",
        ),
        ("open_weights", "Open &weights…", "Ctrl+Shift+O", "mdi6.import", "Show the tensors of a safetensors file."),
        (
            "import_weights",
            "&Import weights…",
            "",
            "",
            "Give the weights of another program to the network in the builder.",
        ),
        ("-weights",),
        ("quit", "&Quit", "Ctrl+Q", "", "Close the window."),
    ),
    *_menu(
        "&Edit",
        ("undo", "&Undo", "Ctrl+Z", "mdi6.undo", "Undo the last edit."),
        ("redo", "&Redo", "Ctrl+Shift+Z", "mdi6.redo", "Redo the last edit that was undone."),
        ("-undo",),
        ("cut", "Cu&t", "Ctrl+X", "mdi6.content-cut", "Move the selected layers to the clipboard."),
        ("copy", "&Copy", "Ctrl+C", "mdi6.content-copy", "Copy the selected layers to the clipboard."),
        ("paste", "&Paste", "Ctrl+V", "mdi6.content-paste", "Insert the layers from the clipboard."),
        (
            "paste_image",
            "Paste &image",
            "",
            "mdi6.image-plus-outline",
            "Show what the network predicts for the image on the clipboard. Ctrl+V does it outside of text fields.",
        ),
        ("duplicate", "&Duplicate", "Ctrl+D", "mdi6.content-duplicate", "Insert a copy of the selected layers."),
        ("delete", "De&lete", "Del", "mdi6.trash-can-outline", "Delete the selected layers."),
        ("rename", "&Rename", "F2", "mdi6.rename-outline", "Rename the selected layer."),
        ("-layers",),
        ("move_up", "Move &up", "Alt+Up", "mdi6.arrow-up", "Move the selected layers towards the input."),
        ("move_down", "Move &down", "Alt+Down", "mdi6.arrow-down", "Move the selected layers towards the loss."),
        ("select_all", "Select &all", "Ctrl+A", "", "Select every layer, in a block first its layers."),
    ),
    *_menu(
        "&Network",
        (
            "quick_insert",
            "&Quick insert",
            "Ctrl+Space",
            "mdi6.plus",
            "Type the name of a layer to insert after the selection, such as conv 16 5x5.",
        ),
        ("find_layer", "&Find a layer type", "Ctrl+F", "mdi6.magnify", "Search the palette."),
        (
            "next_problem",
            "Go to the next &problem",
            "F8",
            "mdi6.alert-circle-outline",
            "Select the next layer that has a problem.",
        ),
        (
            "previous_problem",
            "Go to the p&revious problem",
            "Shift+F8",
            "",
            "Select the previous layer that has a problem.",
        ),
        ("restore_hints", "Show dismissed &hints", "", "", "Show the hints again that you dismissed."),
        ("-blocks",),
        ("wrap", "&Wrap in Residual", "Ctrl+G", "mdi6.group", "Put the selected layers into a Residual."),
        ("unwrap", "&Unwrap", "Ctrl+Shift+G", "mdi6.ungroup", "Replace the selected block by the layers inside it."),
    ),
    *_menu(
        "&Train",
        ("train", "&Train", "F5", "mdi6.play", "Train a new run from fresh weights. The previous run is kept."),
        ("continue_training", "&Continue training", "Ctrl+F5", "", "Train this run for more epochs."),
        ("pause", "&Pause", "F6", "mdi6.pause", "Pause after this batch. Press again to resume."),
        ("step", "One &step", "F7", "mdi6.step-forward", "Train one batch, then pause."),
        ("step_epoch", "One &epoch", "Shift+F7", "", "Train until the end of the epoch, then pause."),
        ("stop", "St&op", "Shift+F5", "mdi6.stop", "End the run and keep its weights."),
        ("-again",),
        (
            "train_again",
            "Train &again with the same seed",
            "",
            "",
            "Train a new run with the random numbers of this one.",
        ),
        (
            "train_new_seed",
            "Train with a &new seed",
            "Ctrl+Shift+F5",
            "",
            "Train a new run with other random numbers: other fresh weights, and another order of the examples.",
        ),
        (
            "best_weights",
            "Best &weights",
            "",
            "",
            "Inspect and export the weights of the best epoch. The run continues from its last ones.",
        ),
        ("-runs",),
        (
            "previous_run",
            "Go &back to the previous run",
            "Alt+Left",
            "mdi6.arrow-left",
            "Show the curves and use the weights of the previous run.",
        ),
        (
            "next_run",
            "Go &forward to the next run",
            "Alt+Right",
            "mdi6.arrow-right",
            "Show the curves and use the weights of the next run.",
        ),
    ),
    *_menu(
        "&View",
        *(
            (page_command(page.name), page.title, f"Ctrl+{key}", "", page.tip)
            for key, page in enumerate(PAGES, start=1)
        ),
        ("-pages",),
        ("fold_left", "Panel at the &left", "Ctrl+B", "", "Fold or unfold the panel at the left of the page."),
        ("fold_right", "Panel at the &right", "Ctrl+Alt+B", "", "Fold or unfold the panel at the right of the page."),
        ("fold_below", "Panel &below", "Ctrl+J", "", "Fold or unfold the panel at the bottom of the page."),
        ("-panels",),
        ("zoom_in", "Zoom &in", "Ctrl++", "mdi6.magnify-plus-outline", "Show the cards larger."),
        ("zoom_out", "Zoom &out", "Ctrl+-", "mdi6.magnify-minus-outline", "Show the cards smaller."),
        ("zoom_fit", "Fi&t the network", "Ctrl+0", "mdi6.fit-to-page-outline", "Show the whole network, if possible."),
        ("zoom_actual_size", "&Actual size", "Ctrl+Alt+0", "", "Show the cards at 100 %."),
        ("-zoom",),
        ("tear_off", "", "", "", "Show the page in a window of its own, or put it back. Closing the window also does."),
        ("reset_layout", "R&eset layout", "", "", "Put all pages and panels back in their first places."),
        ("full_screen", "&Full screen", "F11", "", "Fill the screen. Press again to leave full screen."),
    ),
    *_menu(
        "&Help",
        ("show_help", "&Keyboard and mouse", "F1", "mdi6.keyboard-outline", "Show all keys and mouse actions."),
        ("about", "&About TinyML Studio", "", "", "Versions and licences."),
    ),
)

CANVAS_COMMANDS = frozenset(
    ("cut", "copy", "paste", "duplicate", "delete", "move_up", "move_down", "select_all", "rename", "wrap", "unwrap"),
)
"""Commands whose keys work only while the canvas or the palette has the focus. Tables and fields use the same keys."""
