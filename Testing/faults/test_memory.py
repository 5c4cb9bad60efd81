"""A header's claim does not cost memory: measured in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from Testing.faults.bad_dicom import DICOM
from Testing.faults.bad_scans import SCANS

# What a refusal may add to the memory of a process that has read a small scan before.
BOUND_MB = 64
_DICOM = (
    "header that claims 2 GB",
    "an element that claims 2 GB",
    "a tilt without end",
    "deflated, unpacking to 300 MB",
)
_MEASURE = """
import resource, sys
from RadioGenomicsLib.errors import RadioGenomicsError
from RadioGenomicsLib.imaging.dicom import read_image
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
small, *bad = sys.argv[1:]
read_image(small)
before = peak()
for path in bad:
    try:
        read_image(path)
    except RadioGenomicsError:
        print(peak() - before)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the module resource is of Unix")
def test_headers_that_claim_2_gb_are_refused_within_64_mb(tmp_path: Path) -> None:
    cases = {"small": SCANS["whole"]}
    cases |= {name: case for name, case in SCANS.items() if "claims" in name}
    cases |= {f"DICOM, {name}": DICOM[name] for name in _DICOM}
    paths = []
    for number, case in enumerate(cases.values()):
        (tmp_path / str(number)).mkdir()
        paths.append(str(case.write(tmp_path / str(number))))
    done = subprocess.run([sys.executable, "-c", _MEASURE, *paths], capture_output=True, text=True, check=True)
    grown = [int(line) for line in done.stdout.split()]
    assert len(grown) == len(paths) - 1
    assert max(grown) < BOUND_MB, dict(zip(list(cases)[1:], grown, strict=True))
