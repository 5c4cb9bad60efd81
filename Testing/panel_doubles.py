"""What only the application has, as doubles: for the tests of the panel's presenters."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from types import SimpleNamespace

from RadioGenomicsLib import embedded
from RadioGenomicsLib.resources import resource_path


@contextmanager
def application_modules() -> Iterator[None]:
    """Stand in for the two modules of Slicer that its scene classes come without."""
    embedded.start()
    i18n = ModuleType("slicer.i18n")
    i18n.tr = lambda text: text
    wrapper = ModuleType("slicer.parameterNodeWrapper")
    wrapper.parameterNodeWrapper = lambda kind: kind
    wrapper.WithinRange = lambda low, high: (low, high)
    fakes = {"slicer.i18n": i18n, "slicer.parameterNodeWrapper": wrapper}
    sys.modules.update(fakes)
    try:
        yield
    finally:
        # The panel's modules hold on to the doubles.
        for name in [name for name in sys.modules if name in fakes or name.startswith("RadioGenomicsLib.panel")]:
            del sys.modules[name]


def choices(**chosen: object) -> SimpleNamespace:
    """A parameter node's members with their defaults."""
    from RadioGenomicsLib.panel.parameters import BrainSource
    from RadioGenomicsLib.panel.parameters import Device
    from RadioGenomicsLib.panel.parameters import TumorSource

    members = {
        **dict.fromkeys(("flair", "t1", "t1c", "t2", "ct", "brainSegmentation", "tumorSegmentation", "tumorMarkups")),
        "brainSource": BrainSource.EXTRACT,
        "brainSegmentID": "",
        "tumorSource": TumorSource.PROPOSAL,
        "tumorSegmentID": "",
        "model": "tcga-lgg",
        "panel": "glioma",
        "device": Device.AUTO,
        "result": None,
        "overlayShown": True,
        "overlayOpacity": 0.5,
        "surfacesShown": True,
        "reliableOnly": False,
    }
    assert not chosen.keys() - members.keys()
    return SimpleNamespace(**{**members, **chosen})


def write_card(folder: Path, **changed: object) -> None:
    """Write the shipped model's card, in the version that this software reads, as that of a bundle without weights."""
    schema = json.loads(resource_path("Schemas", "model.schema.json").read_text(encoding="utf-8"))
    card = json.loads(resource_path("Models", "tcga-lgg", "model.json").read_text(encoding="utf-8"))
    card |= {"schema_version": schema["properties"]["schema_version"]["const"], **changed}
    folder.mkdir(parents=True)
    (folder / "model.json").write_text(json.dumps(card), encoding="utf-8")
