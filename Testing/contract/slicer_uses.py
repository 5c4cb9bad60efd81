"""Which names of Qt, CTK and the Slicer application the code uses, read from its syntax trees and .ui files.

``python -m Testing.contract.slicer_uses NAMES.json`` writes ``slicer_names.json``: those of them that are in a list of
all names of a running application, ``{"qt": {class: {"like": base, "names": [...]}}, "slicer.util": [...], ...}``.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from Testing.contract._sources import MODULES
from Testing.contract._sources import ROOT
from Testing.contract._sources import python_files

EXTRACT = Path(__file__).with_name("slicer_names.json")
# Each is a flat list of names.
_MODULES = (
    "slicer.app",
    "slicer.i18n",
    "slicer.modules",
    "slicer.packaging",
    "slicer.parameterNodeWrapper",
    "slicer.testing",
    "slicer.util",
)
_KIND = r"(qt\.Q|ctk\.ctk|slicer\.q)\w+"
# What methods and properties of the application's objects return.
_RETURNS = {
    "color": "qt.QColor",
    "editor": "slicer.qMRMLSegmentEditorWidget",
    "horizontalHeader": "qt.QHeaderView",
    "horizontalHeaderItem": "qt.QTableWidgetItem",
    "horizontalScrollBar": "qt.QScrollBar",
    "layoutManager": "slicer.qSlicerLayoutManager",
    "palette": "qt.QPalette",
    "pixmap": "qt.QPixmap",
    "threeDView": "slicer.qMRMLThreeDView",
    "threeDWidget": "slicer.qMRMLThreeDWidget",
    "verticalHeader": "qt.QHeaderView",
}


@cache
def used_names() -> dict[str, set[str]]:
    """Return, by ``module`` or ``module.Class``, the names that the code uses."""
    used: dict[str, set[str]] = {}
    widgets = _widget_classes()
    for path in python_files(*MODULES, "Scripts"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        classes = {**{f"ui.{name}": kind for name, kind in widgets.items()}, **_made(tree)}
        for place, name in (*_chains(tree), *_of_objects(tree, classes), *_signals(tree, classes), *_imported(tree)):
            used.setdefault(place, set()).add(name)
    for kind in widgets.values():
        place, _, name = kind.rpartition(".")
        used.setdefault(place, set()).add(name)
    return used


def _widget_classes() -> dict[str, str]:
    """Return the class of every named widget of the .ui files, as ``qt.QLabel``."""
    files = [file for module in MODULES for file in (ROOT / module).rglob("*.ui")]
    found = [widget for file in files for widget in ElementTree.parse(file).getroot().iter("widget")]
    return {widget.get("name"): _qualified(widget.get("class")) for widget in found}


def _qualified(kind: str) -> str:
    return f"{'slicer' if kind.startswith('qMRML') else 'ctk' if kind.startswith('ctk') else 'qt'}.{kind}"


def _chains(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """``qt.QDialog``, ``qt.Qt.AlignRight``, ``slicer.util.mainWindow``, ``slicer.qMRMLWidget``."""
    imported = [alias for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    aliases = {alias.asname: alias.name for alias in imported if alias.asname}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        first, *rest = ast.unparse(node).split(".")
        chain = [*aliases.get(first, first).split("."), *rest]
        if chain[0] in ("qt", "ctk") and len(chain) in (2, 3) and all(part.isidentifier() for part in chain):
            yield ".".join(chain[:-1]), chain[-1]
        elif len(chain) == 3 and ".".join(chain[:2]) in _MODULES and not chain[2].startswith("radiogenomics"):
            yield ".".join(chain[:2]), chain[2]
        elif len(chain) == 2 and chain[0] == "slicer" and re.match(r"q[A-Z]", chain[1]):
            yield "slicer", chain[1]


def _made(tree: ast.AST) -> dict[str, str]:
    """Return the class of what a name stands for, as ``self.widget`` to ``qt.QLabel``.

    It is known of what is annotated, of what a constructor or one of :data:`_RETURNS` makes, and of other names for it.
    """
    made: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and re.fullmatch(_KIND, kind := ast.unparse(node.annotation or ast.Constant(0))):
            made[node.arg] = kind
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and (kind := _class_of(node.value, made)):
            made |= {ast.unparse(target): kind for target in node.targets}
    return made


def _of_objects(tree: ast.AST, classes: dict[str, str]) -> Iterator[tuple[str, str]]:
    """``self.ui.modelComboBox.currentData``, ``dialog.resize``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (kind := _class_of(node.value, classes)):
            yield kind, node.attr


def _signals(tree: ast.AST, classes: dict[str, str]) -> Iterator[tuple[str, str]]:
    """``connect(ui.box, "currentIndexChanged(int)", …)``, ``button.connect("clicked(bool)", …)``."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        given = [node.func.value if isinstance(node.func, ast.Attribute) else None, *node.args]
        for owner, argument in zip(given, node.args, strict=False):
            is_signal = isinstance(argument, ast.Constant) and re.fullmatch(r"\w+\(.*\)", str(argument.value))
            kind = _class_of(owner, classes) if owner is not None and is_signal else None
            if kind:
                yield kind, str(argument.value).partition("(")[0]


def _imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """``from slicer.util import VTKObservationMixin``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in (*_MODULES, "qt", "ctk"):
            yield from ((str(node.module), alias.name) for alias in node.names)


def _class_of(node: ast.AST, classes: dict[str, str]) -> str | None:
    if isinstance(node, ast.Call):
        kind = ast.unparse(node.func)
        return kind if re.fullmatch(_KIND, kind) else _class_of(node.func, {})
    text = ast.unparse(node)
    found = classes.get(text) or classes.get(text.removeprefix("self."))
    return found or (_RETURNS.get(node.attr) if isinstance(node, ast.Attribute) else None)


def extract(everything: dict) -> dict[str, list[str]]:
    """Return those of the names used, and of the doubles', that the application has."""

    def there(place: str) -> set[str]:
        module, _, kind = place.partition(".")
        if place in everything:
            return set(everything[place])
        found, one = set(), everything[module].get(kind)
        while one:
            found |= set(one["names"])
            one = everything["qt"].get(one["like"]) if one["like"] else None
        return found

    return {place: sorted(names & there(place)) for place, names in sorted(all_names().items())}


def all_names() -> dict[str, set[str]]:
    """Return the names that the code uses together with those that its doubles offer."""
    from Testing.contract.slicer_doubles import offered_names

    used = used_names()
    return {place: used.get(place, set()) | offered_names().get(place, set()) for place in used | offered_names()}


if __name__ == "__main__":
    names = extract(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    EXTRACT.write_text(json.dumps(names, indent=1) + "\n", encoding="utf-8")
