"""What a job's process imports of MONAI."""

from __future__ import annotations

import json
import subprocess
import sys

_CODE = """
import json, sys
from RadioGenomicsLib.jobs.worker import _import_network_blocks
_import_network_blocks()
loaded = [name for name in ("matplotlib", "pandas", "monai.networks.blocks") if name in sys.modules]
import scipy.stats
import scipy.signal
print(json.dumps(loaded))
"""


def test_a_job_imports_the_blocks_of_a_network_and_hides_nothing_afterwards() -> None:
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}\n{_CODE}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert json.loads(run.stdout.splitlines()[-1]) == ["monai.networks.blocks"]
