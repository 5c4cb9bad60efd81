"""Fill a combo box without waking what listens to it."""

from __future__ import annotations

from collections.abc import Sequence


def fill(comboBox: object, entries: Sequence[tuple[str, str]], current: int) -> None:
    """Show entries.

    Args:
        comboBox: a QComboBox.
        entries: key and text of each.
        current: the place of the chosen one; -1 for none.
    """
    wasBlocked = comboBox.blockSignals(True)
    comboBox.clear()
    for key, text in entries:
        comboBox.addItem(text, key)
    comboBox.setCurrentIndex(current)
    comboBox.blockSignals(wasBlocked)
