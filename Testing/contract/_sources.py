"""What the contract tests read: files as text and as syntax trees, without importing any of them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULES = ("RadioGenomics", "RadioGenomicsTrain")


def python_files(*folders: str) -> list[Path]:
    """Every Python file below the folders, without caches."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def file_scope_modules(path: Path) -> set[str]:
    """Dotted names that loading the file imports: all but those inside functions and under TYPE_CHECKING."""
    names: set[str] = set()

    def walk(body: list[ast.stmt]) -> None:
        for node in body:
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add(node.module)
                names.update(f"{node.module}.{alias.name}" for alias in node.names)
            elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                walk(node.orelse)
            elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for field in ("body", "orelse", "finalbody"):
                    walk(getattr(node, field, []))
                for handler in getattr(node, "handlers", []):
                    walk(handler.body)

    walk(ast.parse(path.read_text(encoding="utf-8")).body)
    return names


def file_scope_imports(path: Path) -> set[str]:
    """Top-level package names that loading the file imports."""
    return {name.partition(".")[0] for name in file_scope_modules(path)}


def loaded_with(path: Path) -> set[Path]:
    """The file and every file of this repository that loading it loads."""
    reached: set[Path] = set()
    waiting = [path]
    while waiting:
        file = waiting.pop()
        if file in reached:
            continue
        reached.add(file)
        for name in file_scope_modules(file):
            for module in MODULES:
                place = ROOT / module / name.replace(".", "/")
                waiting += [found for found in (place.with_suffix(".py"), place / "__init__.py") if found.is_file()]
    return reached


def cmake_list(text: str, variable: str) -> list[str]:
    """The entries of a CMake ``set(variable ...)``, with MODULE_NAME filled in and comments left out."""
    text = re.sub(r"#.*", "", text)
    name = re.search(r"set\(MODULE_NAME\s+(\w+)\s*\)", text)
    match = re.search(rf"set\({variable}\s+(.*?)\)", text, re.DOTALL)
    entries = match.group(1).split() if match else []
    return [entry.strip('"').replace("${MODULE_NAME}", name.group(1) if name else "") for entry in entries]
