"""Write Documentation/reference/cli.md from the parsers of both commands: run after changing an option."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from RadioGenomicsLib import cli
from RadioGenomicsTrainLib import cli as train_cli

PAGE = Path(__file__).resolve().parents[1] / "Documentation/reference/cli.md"

_HEAD = """\
# Commands

<!-- Written by Scripts/write_cli_reference.py. -->

In Slicer, `Scripts/predict.py` and `Scripts/train.py` take the same options:
`Slicer --no-main-window --python-script Scripts/predict.py …`. [Errors](errors.md) lists the exit codes.
"""


def cli_reference() -> str:
    """Return the page as Markdown."""
    return _HEAD + "".join(_sections(cli.build_parser())) + "".join(_sections(train_cli.build_parser()))


def _sections(parser: argparse.ArgumentParser) -> Iterator[str]:
    yield f"\n## {parser.prog}\n\n{parser.description}\n"
    [commands] = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    summaries = {choice.dest: choice.help for choice in commands._choices_actions}
    for name, command in commands.choices.items():
        yield f"\n### {parser.prog} {name}\n\n{_sentence(summaries[name])}\n"
        rows = [_row(action) for action in command._actions if action.dest != "help"]
        if rows:
            yield "\n| Argument | Meaning |\n|---|---|\n" + "".join(rows)


def _row(action: argparse.Action) -> str:
    values = action.metavar or ("|".join(map(str, action.choices)) if action.choices else action.dest.upper())
    shown = "" if action.nargs == 0 else f" {values}"
    name = f"{', '.join(action.option_strings)}{shown}" if action.option_strings else str(values)
    needed = " **Required.**" if action.option_strings and action.required else ""
    # A | ends a cell of the table, in code as well.
    meaning = (action.help or "") % vars(action)
    cells = (f"`{name}`", f"{meaning}{needed}")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "." if text else ""


if __name__ == "__main__":
    PAGE.write_text(cli_reference(), encoding="utf-8")
