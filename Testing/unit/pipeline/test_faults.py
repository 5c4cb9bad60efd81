from __future__ import annotations

import errno

import pytest
import torch

from RadioGenomicsLib.errors import DependencyError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.errors import RadioGenomicsError
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.pipeline.faults import told_plainly


@pytest.mark.parametrize(
    ("fault", "kind", "subject"),
    [
        (MemoryError(), DependencyError, "memory"),
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"), DependencyError, "memory"),
        (RuntimeError("MPS backend out of memory (MPS allocated: 1 GB)"), DependencyError, "memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), DependencyError, "memory"),
        (RuntimeError("itk::MemoryAllocationError: Failed to allocate memory for image."), DependencyError, "memory"),
        (RuntimeError("CUDA error: an illegal memory access was encountered\nmore"), DependencyError, "the GPU"),
        (RuntimeError("CUDA driver error: device is lost"), DependencyError, "the GPU"),
        (ModuleNotFoundError("No module named 'deepbet'", name="deepbet"), DependencyError, "deepbet"),
        (OSError(errno.ENOSPC, "No space left on device", "/out/x"), OutputError, "/out/x"),
    ],
    ids=str,
)
def test_what_the_machine_lacks_is_told_by_name_with_a_mend(
    fault: Exception, kind: type[RadioGenomicsError], subject: str
) -> None:
    with pytest.raises(kind) as caught, told_plainly():
        raise fault
    assert caught.value.subject == subject
    assert caught.value.mend
    assert "\n" not in caught.value.reason
    assert caught.value.__cause__ is fault


@pytest.mark.parametrize("error", [RuntimeError("a bug"), ValueError("a bug"), OSError(errno.EIO, "a bug")])
def test_a_bug_stays_a_bug(error: Exception) -> None:
    with pytest.raises(type(error), match="a bug"), told_plainly():
        raise error


def test_an_error_that_is_told_already_goes_on_as_it_is() -> None:
    told = RegionError("tumor", "none", "Draw it.")
    with pytest.raises(RegionError) as caught, told_plainly():
        raise told
    assert caught.value is told
