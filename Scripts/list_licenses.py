"""Write Documentation/licenses.md: every locked package and its license, as the installed packages state it.

Run it in the project's environment after `make fuzz` has completed that, whenever a lock changes. It ends without
writing where a license is neither permissive nor one of those whose conditions are met below.
"""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

LOCKS = ("requirements.lock", "requirements-torch.lock", "requirements-fuzz.lock")
_ROOT = Path(__file__).resolve().parents[1]

PERMISSIVE = {
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "MIT",
    "MIT-CMU",
    "PSF",
    "PSF-2.0",
    "Zlib",
}
_UNCHANGED = "imported as its authors publish it; neither changed nor shipped with this software"
# A license that asks something of whoever passes the package on, and why it hinders nobody here.
CONDITIONS = {
    "LGPL-3.0": f"weak copyleft: {_UNCHANGED}",
    "LGPL-3.0-or-later": f"weak copyleft: {_UNCHANGED}",
    "MPL-2.0": f"copyleft by file: {_UNCHANGED}",
}
# As older metadata write it.
_SPDX = {
    "3-Clause BSD License": "BSD-3-Clause",
    "2-clause BSD": "BSD-2-Clause",
    "Apache": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "BSD License": "BSD",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF",
}
# What no metadata say here: atheris has only the license's text, colorama is for Windows.
_READ_BY_HAND = {"atheris": "Apache-2.0", "colorama": "BSD-3-Clause"}

_HEAD = """\
# Licenses of what is installed

Every package of {locks},
with the license that its own metadata state; a wheel's license files also name the libraries that it carries inside.
None of these packages is part of this repository. The licenses of the code and of the model weights are in
[NOTICE.txt](../NOTICE.txt). `Scripts/list_licenses.py` writes this file.

Known vulnerabilities: CI reaches no database of them, so a maintainer runs `Scripts/audit_dependencies.sh` before each
release and after each change of a lock (`Scripts/lock_requirements.sh`).

| Package | Version | License | Conditions |
|---|---|---|---|
"""


def locked(root: Path = _ROOT) -> dict[str, str]:
    """Return name to version of every package of the locks, sorted by name."""
    text = "\n".join((root / lock).read_text(encoding="utf-8") for lock in LOCKS)
    return dict(sorted(re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.MULTILINE)))


def license_of(package: str) -> str:
    """Return the SPDX expression of a package's license, or what its metadata say in its place.

    Raises:
        PackageNotFoundError: it is not installed, and nobody has read its license by hand.
    """
    if package in _READ_BY_HAND:
        return _READ_BY_HAND[package]
    fields = metadata.metadata(package)
    if fields["License-Expression"]:
        return fields["License-Expression"]
    classifiers = [line.split(" :: ")[-1] for line in fields.get_all("Classifier", []) if line.startswith("License")]
    # The field "License" holds a name, or the license's whole text, or nothing.
    stated = [_SPDX.get(name, name) for name in (fields["License"] or "", *classifiers)]
    known = [name for name in stated if _parts(name) <= PERMISSIVE | CONDITIONS.keys()]
    return (known or [name for name in stated if name] or ["not stated"])[0].splitlines()[0]


def conditions(license_: str) -> str:
    """Return why each part of a license that is not permissive hinders nobody here; empty where all parts are.

    Raises:
        ValueError: a part is neither permissive nor in :data:`CONDITIONS`.
    """
    parts = _parts(license_) - PERMISSIVE
    if not parts <= CONDITIONS.keys():
        raise ValueError(f"{license_!r} is neither permissive nor one whose conditions are known")
    return "; ".join(CONDITIONS[part] for part in sorted(parts))


def _parts(license_: str) -> set[str]:
    return set(re.split(r" AND | OR ", license_))


def main() -> int:
    """Write the list; return 1, with the reasons on stderr, where a package is missing or its license refused."""
    rows, refused = [], []
    for package, version in locked().items():
        try:
            license_ = license_of(package)
            rows.append(f"| {package} | {version} | {license_} | {conditions(license_)} |\n")
        except (metadata.PackageNotFoundError, ValueError) as error:
            refused.append(f"{package}: {error}")
    if refused:
        print("\n".join(refused), file=sys.stderr)
        return 1
    text = _HEAD.format(locks=", ".join(f"`{lock}`" for lock in LOCKS)) + "".join(rows)
    (_ROOT / "Documentation/licenses.md").write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
