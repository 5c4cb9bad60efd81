"""Write each module's CMakeLists.txt anew from the files on disk: run after adding, moving or removing a file."""

from __future__ import annotations

import sys
from pathlib import Path

MODULES = ("RadioGenomics", "RadioGenomicsTrain")

_LISTS = """\
set(MODULE_NAME {module})

# Every file must be listed: what is not is absent from the installed extension.
set(MODULE_PYTHON_SCRIPTS
  ${{MODULE_NAME}}.py
{scripts}  )

set(MODULE_PYTHON_RESOURCES
{resources}  )

slicerMacroBuildScriptedModule(
  NAME ${{MODULE_NAME}}
  SCRIPTS ${{MODULE_PYTHON_SCRIPTS}}
  RESOURCES ${{MODULE_PYTHON_RESOURCES}}
  WITH_GENERIC_TESTS
  )

if(BUILD_TESTING)
  slicer_add_python_unittest(SCRIPT ${{MODULE_NAME}}.py)
endif()
"""


def cmake_lists(folder: Path) -> str:
    """Return the text of a module's CMakeLists.txt."""
    module = folder.name
    resources = _files(folder, "Resources")
    package = _files(folder, f"{module}Lib")
    scripts = [name for name in package if name.endswith(".py")]
    resources += [name for name in package if not name.endswith((".py", ".pyc"))]
    return _LISTS.format(module=module, scripts=_lines(scripts), resources=_lines(resources))


def _files(folder: Path, part: str) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in (folder / part).rglob("*") if path.is_file())


def _lines(names: list[str]) -> str:
    return "".join(f"  {name}\n" for name in names)


def main(root: Path) -> None:
    """Write the lists of both modules."""
    for module in MODULES:
        (root / module / "CMakeLists.txt").write_text(cmake_lists(root / module), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1])
