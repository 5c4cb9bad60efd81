#!/bin/sh
# Look every locked version up in the database of known vulnerabilities. Needs the network and pip-audit (pip install
# pip-audit); a maintainer runs it before each release and after each re-freeze, since CI has no network beyond the
# package index. Further options go to pip-audit: `--format json`, or `--ignore-vuln ID` for what was looked into.
#
# Ends with 0 only where every package was found and none has a known vulnerability: --strict makes it fail where a
# package cannot be looked up, as without a network.
set -eu
cd "$(dirname "$0")/.."

audit() {
    pip-audit --strict --disable-pip --progress-spinner off "$@"
}

status=0
audit --require-hashes --requirement requirements.lock --requirement requirements-fuzz.lock "$@" || status=1
audit --no-deps --requirement requirements-torch.lock "$@" || status=1
exit $status
