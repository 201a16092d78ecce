"""The style sheet: everything that a palette cannot express. A widget asks for a style by a dynamic property.

QLabel: muted, heading, danger, warning, chip, badge.
QPushButton and QToolButton: primary, flat, link, fix, hint, segment.
QFrame: panel, formula, floating, footer. Lists and tables: roomy, quiet.
QFrame and QToolButton: rail.
"""

from pathlib import Path

from PySide6.QtGui import QColor

from app.widgets.theme.theme import RADIUS, Theme


def style_sheet(theme: Theme, icons: Path) -> str:
    """Return the style sheet of the application.

    Arguments:
        theme: the colours.
        icons: the folder with the pictures of the check boxes and of the choice boxes.
    """
    # Fusion paints the toolbar's arrow for hidden buttons dark with every palette.
    more = theme.muted if theme.dark else "transparent"
    chosen = mixed(theme.accent, theme.surface, 0.16 if theme.dark else 0.14)
    check = (icons / f"check-{'dark' if theme.dark else 'light'}.svg").as_posix()
    arrow = (icons / f"arrow-{'dark' if theme.dark else 'light'}.svg").as_posix()
    return f"""
    QToolTip {{ background: {theme.card}; color: {theme.text}; border: 1px solid {theme.border}; padding: 4px; }}

    QLabel[muted="true"] {{ color: {theme.muted}; }}
    QLabel[heading="true"] {{ font-weight: 600; }}
    QLabel[danger="true"] {{ color: {theme.danger}; }}
    QLabel[warning="true"] {{ color: {theme.warning}; }}
    QLabel[chip="true"], QToolButton[chip="true"] {{
        background: {theme.track}; color: {theme.text}; border: 1px solid transparent; border-radius: 12px;
        padding: 3px 10px;
    }}
    QToolButton[chip="true"]:hover, QToolButton[chip="true"]:focus {{ border-color: {theme.accent}; }}

    QLabel[badge="true"] {{
        background: {theme.track}; color: {theme.danger}; border-radius: 8px; padding: 1px 6px; font-weight: 600;
    }}
    QLabel[badge="true"][hint="true"] {{ color: {theme.warning}; }}

    QFrame[formula="true"] {{ background: {theme.track}; border-radius: {RADIUS}px; }}
    QFrame[floating="true"] {{
        background: {theme.card}; border: 1px solid {theme.border}; border-radius: {RADIUS}px;
    }}
    QFrame[floating="true"] QToolButton {{
        background: transparent; color: {theme.text}; border: 1px solid transparent; border-radius: {RADIUS - 1}px;
        padding: 2px 5px;
    }}
    QFrame[floating="true"] QToolButton:hover {{ background: {theme.track}; }}
    QFrame[floating="true"] QToolButton:focus {{ border-color: {theme.accent}; }}
    QFrame[floating="true"] QToolButton:disabled {{ color: {theme.muted}; }}
    QFrame[footer="true"] {{ border: 0; border-top: 1px solid {theme.border}; }}
    QFrame[advice="true"] {{ background: {theme.track}; border-left: 3px solid {theme.warning}; }}
    QFrame[advice="true"][danger="true"] {{ border-left-color: {theme.danger}; }}
    QFrame[advice="true"][note="true"] {{ border-left-color: {theme.accent}; }}

    QPushButton {{
        background: {theme.card}; color: {theme.text}; border: 1px solid {theme.border}; border-radius: {RADIUS}px;
        padding: 5px 12px;
    }}
    QPushButton:hover {{ border-color: {theme.accent}; }}
    QPushButton:focus {{ border-color: {theme.accent}; }}
    QPushButton:pressed {{ background: {theme.track}; }}
    QPushButton:disabled {{ color: {theme.muted}; background: {theme.track}; border-color: {theme.track}; }}
    QPushButton[primary="true"] {{
        background: {theme.accent}; color: {theme.on_accent}; border-color: {theme.accent};
    }}
    QPushButton[primary="true"]:disabled {{
        background: {theme.track}; color: {theme.muted}; border-color: {theme.track};
    }}
    QPushButton[segment="true"]:checked {{
        background: {theme.accent}; color: {theme.on_accent}; border-color: {theme.accent};
    }}
    QPushButton[segment="true"]:checked:focus {{ border-color: {theme.text}; }}
    QPushButton[flat="true"] {{ background: transparent; border-color: transparent; color: {theme.accent}; }}
    QPushButton[flat="true"]:hover, QPushButton[flat="true"]:focus {{ border-color: {theme.accent}; }}
    QPushButton[link="true"] {{
        background: transparent; border: 0; border-bottom: 1px solid transparent; border-radius: 0; padding: 0;
        color: {theme.accent}; text-align: left;
    }}
    QPushButton[link="true"]:hover, QPushButton[link="true"]:focus {{ border-bottom-color: {theme.accent}; }}
    QPushButton[link="true"]:disabled {{ background: transparent; border-color: transparent; color: {theme.muted}; }}
    QPushButton[fix="true"] {{
        background: transparent; color: {theme.danger}; border-color: {theme.danger}; padding: 0;
    }}
    QPushButton[fix="true"][roomy="true"] {{ padding: 3px 11px; }}
    QPushButton[hint="true"] {{ color: {theme.warning}; border-color: {theme.warning}; }}
    QPushButton[fix="true"]:hover, QPushButton[fix="true"]:focus {{ background: {theme.track}; }}

    QToolButton[section="true"] {{
        background: transparent; color: {theme.text}; border: 1px solid transparent; border-radius: 4px;
        padding: 2px 4px 2px 0;
    }}
    QToolButton[section="true"]:hover, QToolButton[section="true"]:focus {{ border-color: {theme.accent}; }}

    QLineEdit {{
        background: {theme.field}; border: 1px solid {theme.border}; border-radius: 4px; padding: 4px 6px;
        selection-background-color: {theme.accent}; selection-color: {theme.on_accent};
    }}
    QAbstractSpinBox, QComboBox {{ min-height: 24px; }}
    QAbstractSpinBox QLineEdit, QComboBox QLineEdit {{ border: 0; padding: 0; background: transparent; }}
    QComboBox {{
        background: {theme.card}; color: {theme.text}; border: 1px solid {theme.border}; border-radius: {RADIUS}px;
        padding: 1px 4px 1px 8px;
    }}
    QComboBox:hover, QComboBox:focus {{ border-color: {theme.accent}; }}
    QComboBox:disabled {{ color: {theme.muted}; background: {theme.track}; border-color: {theme.track}; }}
    QComboBox::drop-down {{ border: 0; width: 20px; }}
    QComboBox::down-arrow {{ image: url("{arrow}"); width: 12px; height: 12px; }}
    QLineEdit:focus {{ border-color: {theme.accent}; }}
    QLineEdit[invalid="true"] {{ border-color: {theme.danger}; }}

    QCheckBox {{ spacing: 7px; }}
    QCheckBox::indicator {{
        width: 14px; height: 14px; border: 1px solid {theme.muted}; border-radius: 3px; background: {theme.field};
    }}
    QCheckBox::indicator:hover, QCheckBox::indicator:focus {{ border-color: {theme.accent}; }}
    QCheckBox::indicator:checked {{
        background: {theme.accent}; border-color: {theme.accent}; image: url("{check}");
    }}
    QCheckBox::indicator:disabled {{ border-color: {theme.border}; background: {theme.track}; }}

    QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
    QScrollBar::handle {{ background: {theme.border}; border-radius: 4px; margin: 2px; }}
    QScrollBar::handle:vertical {{ min-height: 32px; }}
    QScrollBar::handle:horizontal {{ min-width: 32px; }}
    QScrollBar::handle:hover {{ background: {theme.muted}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

    QToolBar {{ background: {theme.surface}; border: 0; border-bottom: 1px solid {theme.border}; padding: 6px 8px;
        spacing: 8px; }}
    QToolBar QToolButton#qt_toolbar_ext_button {{ background: {more}; border: 0; border-radius: 4px; }}
    QToolBar QToolButton#qt_toolbar_ext_button:hover {{ background: {theme.accent}; }}
    QMenuBar {{ background: {theme.surface}; }}
    QStatusBar {{ background: {theme.surface}; border-top: 1px solid {theme.border}; }}
    QStatusBar::item {{ border: 0; }}

    QFrame[rail="true"] {{ background: {theme.surface}; border: 0; border-right: 1px solid {theme.border}; }}
    QToolButton[rail="true"] {{
        background: transparent; color: {theme.muted}; border: 1px solid transparent; border-radius: {RADIUS}px;
        padding: 6px 2px;
    }}
    QToolButton[rail="true"]:hover {{ color: {theme.text}; background: {theme.track}; }}
    QToolButton[rail="true"]:checked {{ color: {theme.accent}; background: {theme.track}; font-weight: 600; }}
    QToolButton[rail="true"]:focus {{ border-color: {theme.accent}; }}

    QTabBar::tab {{
        background: transparent; color: {theme.muted}; padding: 7px 14px; border: 0;
        border-bottom: 2px solid transparent;
    }}
    QTabBar::tab:selected {{ color: {theme.text}; border-bottom-color: {theme.accent}; font-weight: 600; }}
    QTabBar::tab:hover {{ color: {theme.text}; }}
    QTabBar::tab:focus {{ background: {theme.track}; }}
    QTabWidget::pane {{ border: 0; border-top: 1px solid {theme.border}; }}
    QTabBar {{ background: {theme.surface}; }}

    QAbstractItemView[roomy="true"]::item {{ padding: 2px 8px; }}
    QTableView[roomy="true"] QHeaderView {{ background: {theme.field}; }}
    QTableView[roomy="true"] QHeaderView::section {{
        background: {theme.field}; color: {theme.muted}; border: 0; border-bottom: 1px solid {theme.border};
        padding: 4px 11px;
    }}

    QAbstractItemView[quiet="true"] {{ background: {theme.surface}; }}
    QAbstractItemView[quiet="true"]::item {{ border: 0; border-bottom: 1px solid {theme.border}; padding: 0 6px; }}
    QAbstractItemView[quiet="true"]::item:hover {{ background: {theme.track}; }}
    QAbstractItemView[quiet="true"]::item:selected {{ background: {chosen}; color: {theme.text}; }}
    QAbstractItemView[quiet="true"] QHeaderView {{ background: {theme.surface}; }}
    QAbstractItemView[quiet="true"] QHeaderView::section {{
        background: {theme.surface}; color: {theme.muted}; border: 0; border-bottom: 1px solid {theme.border};
        padding: 4px 6px;
    }}
    QAbstractItemView[quiet="true"] QHeaderView::section:hover {{ color: {theme.text}; }}

    QTableView#run_differences QHeaderView, QTableView#run_differences QHeaderView::section {{
        background: {theme.surface};
    }}

    QTableView[roomy="true"] QTableCornerButton::section {{
        background: {theme.field}; border: 0; border-bottom: 1px solid {theme.border};
    }}

    QScrollArea {{ border: 0; background: transparent; }}
    QScrollArea#canvas {{ background: {theme.canvas}; }}
    QAbstractScrollArea::corner {{ background: transparent; border: 0; }}
    QProgressBar {{ background: {theme.track}; border: 0; border-radius: 3px; max-height: 6px; min-height: 6px; }}
    QProgressBar::chunk {{ background: {theme.accent}; border-radius: 3px; }}
    """


def mixed(color: str, background: str, share: float) -> str:
    """Return a colour between two others, as "#rrggbb".

    Arguments:
        color: the one on top.
        background: the one below.
        share: of the upper one, 0 to 1.
    """
    over, under = QColor(color), QColor(background)
    pairs = ((over.red(), under.red()), (over.green(), under.green()), (over.blue(), under.blue()))
    return "#" + "".join(f"{round(share * top + (1 - share) * bottom):02x}" for top, bottom in pairs)
