"""Which names our stand-ins for the application offer: a double that has more than the real thing hides faults."""

from __future__ import annotations

import sys
from functools import cache

from RadioGenomicsLib import embedded
from Testing.panel_doubles import application_modules


@cache
def offered_names() -> dict[str, set[str]]:
    """Return, by module, the names that the embedded application and the panel's doubles have."""
    slicer = embedded.start()
    with application_modules():
        doubled = ("slicer.i18n", "slicer.parameterNodeWrapper")
        offered = {module: {name for name in vars(sys.modules[module]) if name[:2] != "__"} for module in doubled}
    return {**offered, "slicer.app": set(vars(slicer.app)), "slicer.modules": set(vars(slicer.modules))}
