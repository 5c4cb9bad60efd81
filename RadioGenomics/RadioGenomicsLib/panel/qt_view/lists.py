"""Fill a combo box without waking what listens to it."""

from __future__ import annotations

from collections.abc import Sequence

import qt


def fill(comboBox: qt.QComboBox, entries: Sequence[tuple[str, str]], current: int, hints: Sequence[str] = ()) -> None:
    """Show entries.

    Args:
        comboBox: a QComboBox.
        entries: key and text of each.
        current: the place of the chosen one; -1 for none.
        hints: told of each on hover; the text itself, which a narrow panel cuts off, if not given.
    """
    wasBlocked = comboBox.blockSignals(True)
    comboBox.clear()
    for place, (key, text) in enumerate(entries):
        comboBox.addItem(text, key)
        comboBox.setItemData(place, hints[place] if hints else text, qt.Qt.ToolTipRole)
    comboBox.setCurrentIndex(current)
    comboBox.blockSignals(wasBlocked)
