"""Every text that the panel shows can be translated."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from Testing.contract._sources import ROOT

PANEL = ROOT / "RadioGenomics/RadioGenomicsLib/panel"
FILES = [ROOT / "RadioGenomics/RadioGenomics.py", *sorted(PANEL.rglob("*.py"))]
# What takes a text that a user reads.
TOLD = {
    "setToolTip",
    "errorDisplay",
    "confirmYesNoDisplay",
    "confirmOkCancelDisplay",
    "infoDisplay",
    "tellStatus",
    "tellError",
    "tryWithErrorDisplay",
    "getSaveFileName",
    "getOpenFileName",
    "getExistingDirectory",
    "setWindowTitle",
    "addSeeds",
    "addBox",
}
SHOWN = {"text", "toolTip", "windowTitle", "title", "step"}
# The self-test speaks to developers.
UNTRANSLATED = {"self_test.py"}


def _is_text(node: ast.expr) -> bool:
    """Tell a literal with words in it, or an f-string with any."""
    if isinstance(node, ast.JoinedStr):
        return any(_is_text(part) for part in node.values)
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and any(c.isalpha() for c in node.value)


def _calls(tree: ast.AST, name: str) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == name
    ]


@pytest.fixture(params=FILES, ids=lambda path: path.name)
def tree(request: pytest.FixtureRequest) -> ast.AST:
    return ast.parse(request.param.read_text(encoding="utf-8"))


def test_what_is_translated_is_a_plain_text(tree: ast.AST) -> None:
    """The translators' tool reads the source: an f-string or a variable would be lost to it."""
    for call in _calls(tree, "_"):
        assert len(call.args) == 1
        assert isinstance(call.args[0], ast.Constant), ast.unparse(call)


def test_placeholders_have_names(tree: ast.AST) -> None:
    for call in _calls(tree, "_"):
        assert "{}" not in call.args[0].value, ast.unparse(call)


def test_what_is_told_or_shown_is_translated(tree: ast.AST) -> None:
    told = [argument for name in TOLD for call in _calls(tree, name) for argument in call.args]
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
            told += [node.value] if node.targets[0].attr in SHOWN else []
        if isinstance(node, ast.keyword) and node.arg in SHOWN:
            told.append(node.value)
    assert [ast.unparse(node) for node in told if _is_text(node)] == []


@pytest.mark.parametrize("path", [path for path in FILES if path.name not in UNTRANSLATED], ids=lambda path: path.name)
def test_a_file_that_returns_sentences_translates_them(path: Path) -> None:
    """A text with a space and a full stop, outside docstrings and ``_()``, is a sentence that somebody will read."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known = {id(call.args[0]) for call in _calls(tree, "_")}
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(
            node
        ):
            known.add(id(node.body[0].value))
        # Statements that are a text alone are docstrings of attributes; log messages are for developers.
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("logger."):
            known |= {id(argument) for argument in node.args}
    sentences = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in known
        and " " in node.value.strip()
        and node.value.strip().endswith((".", "?", "!"))
    ]
    assert sentences == []
