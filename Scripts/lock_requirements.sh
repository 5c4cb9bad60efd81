#!/bin/sh
# Freeze anew what `make test` and `make predict` install, with the hash of every file, for every platform and Python
# that pyproject.toml allows. Needs the network and uv (pip install uv).
#
#   Scripts/lock_requirements.sh                     after a change in pyproject.toml: what is locked stays
#   Scripts/lock_requirements.sh --upgrade           everything to its newest version
#   Scripts/lock_requirements.sh -P PACKAGE          one package to its newest version
#
# Afterwards, in the new environment (make test builds it): Scripts/list_licenses.py and Scripts/audit_dependencies.sh.
# torch stands in requirements-torch.lock, changed by hand together with its entry below [tool.uv] in pyproject.toml.
set -eu
cd "$(dirname "$0")/.."

freeze() {
    uv pip compile --universal --python-version 3.11 --generate-hashes --annotation-style line --quiet \
        --custom-compile-command Scripts/lock_requirements.sh "$@"
}

freeze pyproject.toml Scripts/requirements.in --extra brain --extra parallel --extra train --extra idc \
    --extra tensorboard --extra dev --constraint requirements-torch.lock --no-emit-package torch \
    --output-file requirements.lock "$@"
freeze --group fuzz --output-file requirements-fuzz.lock "$@"
