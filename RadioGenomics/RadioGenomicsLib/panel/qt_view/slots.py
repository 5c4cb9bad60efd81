"""Connect signals so that no failure is silent: an expected one in its own words, another with its traceback."""

from __future__ import annotations

from collections.abc import Callable

import slicer
from slicer.i18n import tr as _

from RadioGenomicsLib.errors import RadioGenomicsError


def connect(widget: object, signal: str, function: Callable[..., None]) -> None:
    """Call a function with the signal's arguments."""

    def called(*arguments: object) -> None:
        with slicer.util.tryWithErrorDisplay(_("RadioGenomics could not do this."), waitCursor=False):
            try:
                function(*arguments)
            except RadioGenomicsError as error:
                # An expected failure: its three parts are the message, and a traceback would only hide them.
                slicer.util.errorDisplay(str(error), windowTitle=_("RadioGenomics"))

    widget.connect(signal, called)


def onClick(button: object, function: Callable[[], None]) -> None:
    """Call a function without arguments when a button is pressed."""
    connect(button, "clicked(bool)", lambda _checked=False: function())
