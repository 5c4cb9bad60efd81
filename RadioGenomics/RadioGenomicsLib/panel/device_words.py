"""Where the network will run, and where it ran, in words. Nothing is imported to find out."""

from __future__ import annotations

import platform
import shutil
import sys
from pathlib import Path

from slicer.i18n import tr as _

from RadioGenomicsLib.panel.parameters import Device


def accelerator() -> Device:
    """Return the kind of device that "automatic" will find: the authority is PyTorch once the job runs."""
    torch = sys.modules.get("torch")
    if torch is not None:
        if torch.cuda.is_available():
            return Device.CUDA
        return Device.MPS if torch.backends.mps.is_available() else Device.CPU
    if Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi"):
        return Device.CUDA
    return Device.MPS if sys.platform == "darwin" and platform.machine() == "arm64" else Device.CPU


def willRunOn(choice: Device, found: Device) -> str:
    """Say where the network will run.

    Args:
        choice: what the user chose.
        found: from :func:`accelerator`.
    """
    if choice == Device.AUTO:
        return {
            Device.CUDA: _("Runs on the NVIDIA GPU if PyTorch can use it, otherwise on the CPU."),
            Device.MPS: _("Runs on the Apple GPU if PyTorch can use it, otherwise on the CPU."),
        }.get(found, _("Runs on the CPU: no GPU was found that PyTorch could use."))
    if choice == Device.CPU:
        return _("Runs on the CPU.")
    if choice != found:
        return _("No such device was found on this computer: choose Automatic or CPU.")
    return _("Runs on the {device}.").format(device=choice.label())


def ranOn(device: str) -> str:
    """Say where a network ran, from the device's name in the provenance ("cpu", "cuda:0")."""
    kind = device.partition(":")[0]
    known = {member.value: member for member in Device if member != Device.AUTO}
    return known[kind].label() if kind in known else device
