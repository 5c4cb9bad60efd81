"""What the pages say must be so: links lead somewhere, commands and code are ones that the software takes."""

from __future__ import annotations

import argparse
import ast
import importlib
import importlib.util
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from RadioGenomicsLib import cli
from RadioGenomicsTrainLib import cli as train_cli
from Testing.contract._sources import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "Documentation").rglob("*.md")])
_PARSERS = {"radiogenomics": cli.build_parser, "radiogenomics-train": train_cli.build_parser}
_SCRIPTS = {"Scripts/predict.py": ("radiogenomics", "predict"), "Scripts/train.py": ("radiogenomics-train",)}


def snippets(page: Path, language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def commands(page: Path) -> Iterator[list[str]]:
    """Return each command of a page's shell blocks as words, comments left out."""
    for block in snippets(page, "bash"):
        for line in block.replace("\\\n", " ").splitlines():
            if words := shlex.split(line.replace(" …", ""), comments=True):
                yield words


def heading_anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and MyST make them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_to_a_file_and_a_heading_that_are_there(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"https?:|mailto:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{page.name} links to {target}"
        if anchor:
            assert anchor in heading_anchors(file), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_on_a_page_is_one_that_the_software_takes(page: Path) -> None:
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for words in commands(page):
        if words[0] == "make":
            assert set(words[1:]) <= set(targets), words
        script = next((word for word in words if word in _SCRIPTS), None)
        if script:
            assert (ROOT / script).is_file()
            words = [*_SCRIPTS[script], *(word for word in words[words.index(script) + 1 :] if word != "--")]
        if words[0] in _PARSERS:
            takes(_PARSERS[words[0]](), words[1:])


def takes(parser: argparse.ArgumentParser, arguments: list[str]) -> None:
    """Check that a parser accepts the arguments."""
    try:
        parser.parse_args(cli.join_negative_numbers(arguments))
    except SystemExit as ended:
        if ended.code:
            pytest.fail(f"the parser refuses {arguments}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_python_on_a_page_compiles_and_what_it_imports_is_there(page: Path) -> None:
    for block in snippets(page, "python"):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith(
                ("RadioGenomicsLib", "RadioGenomicsTrainLib")
            ):
                module = importlib.import_module(str(node.module))
                assert all(hasattr(module, alias.name) for alias in node.names), ast.unparse(node)


def test_the_page_of_commands_is_what_the_parsers_say() -> None:
    spec = importlib.util.spec_from_file_location("write_cli_reference", ROOT / "Scripts/write_cli_reference.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.PAGE.read_text(encoding="utf-8") == script.cli_reference(), "run Scripts/write_cli_reference.py"


def test_every_page_of_the_documentation_can_be_reached_from_its_first_page() -> None:
    first = ROOT / "Documentation/index.md"
    reached, waiting = set(), [first]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        targets = re.findall(r"\]\(([^)\s#]+\.md)", page.read_text(encoding="utf-8"))
        waiting += [file for target in targets if (file := (page.parent / target).resolve()).is_file()]
    pages = {page for page in PAGES if first.parent in page.parents}
    assert pages <= reached
