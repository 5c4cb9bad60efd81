"""Several scans woven together in one DICOM series: echoes, time points, b-values, two visits."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pydicom
from pydicom.multival import MultiValue

# Fewer are no scan, but a header that differs from slice to slice.
_FEWEST_SLICES = 3
# Of the shorter of two scans along the normal.
_OVERLAP = 0.5
# Headers round times.
_SAME_NUMBER = 0.05
_SAME_PLACE_MM = 0.01
# Of slices that resemble the next but one more than both neighbors: at most 0.05 in 17 real scans, 0.75 or more where
# one of them was woven with a moved copy of itself.
_ALTERNATING = 0.5
_EVERY = 4


class _Attribute(NamedTuple):
    """What parts scans.

    Attributes:
        plural: its name in a message.
        tags: where it stands; the first is that of single-frame images.
        unit: of its values; None for values that a message must not show, or that are no numbers.
        at_one_place: whether it parts scans only where several images lie at one place.
    """

    plural: str
    tags: tuple[str, ...]
    unit: str | None
    at_one_place: bool = False


_ATTRIBUTES = (
    _Attribute("echo times", ("EchoTime", "EffectiveEchoTime"), " ms"),
    _Attribute("inversion times", ("InversionTime", "InversionTimes"), " ms"),
    _Attribute("b-values", ("DiffusionBValue",), " s/mm2"),
    _Attribute("time points", ("TemporalPositionIdentifier", "TemporalPositionIndex"), None),
    _Attribute("studies", ("StudyInstanceUID",), None),
    _Attribute("frames of reference", ("FrameOfReferenceUID",), None),
    _Attribute("kinds of image", ("FrameType", "ImageType"), None, at_one_place=True),
    _Attribute("stacks", ("StackID",), None, at_one_place=True),
    _Attribute("acquisitions", ("AcquisitionNumber", "FrameAcquisitionNumber"), None, at_one_place=True),
    _Attribute("trigger times", ("TriggerTime", "NominalCardiacTriggerDelayTime"), " ms", at_one_place=True),
)
# Of single-frame images.
TAGS = [attribute.tags[0] for attribute in _ATTRIBUTES if attribute.tags[0] not in ("FrameType", "StackID")]
# Functional groups of enhanced ones, without "Sequence".
GROUPS = (
    "MREcho", "MRModifier", "MRDiffusion", "FrameContent", "MRImageFrameType", "CTImageFrameType",
    "CardiacSynchronization",
)  # fmt: skip

Acquired = tuple[str, ...]


def acquired(header: pydicom.Dataset, *groups: pydicom.Dataset) -> Acquired:
    """Return what parts an image from those of other scans, empty where its header is silent.

    Args:
        header: of the file.
        groups: functional groups of a frame; they go before the header.
    """
    return tuple(_value((*groups, header), attribute.tags) for attribute in _ATTRIBUTES)


def woven(images: Sequence[Acquired], heights: np.ndarray) -> str:
    """Return which scans a series holds that lie in one place, as a reason why it makes no volume; empty for one scan.

    Args:
        images: what :func:`acquired` says of each.
        heights: position of each along the normal in millimeters.
    """
    at_one_place = bool((np.diff(np.sort(heights)) < _SAME_PLACE_MM).any())
    for index, attribute in enumerate(_ATTRIBUTES):
        if attribute.at_one_place and not at_one_place:
            continue
        scans: dict[str, list[float]] = defaultdict(list)
        for image, height in zip(images, heights, strict=True):
            if image[index]:
                scans[image[index]].append(float(height))
        whole = {value: places for value, places in scans.items() if len(places) >= _FEWEST_SLICES}
        if len(whole) > 1 and _differ(list(whole), attribute.unit) and _overlap(list(whole.values())):
            shown = "" if attribute.unit is None else f" ({_listed(list(whole))}{attribute.unit})"
            return f"images of {len(whole)} {attribute.plural}{shown} are woven together in it"
    return ""


def alternates(voxels: np.ndarray) -> bool:
    """Tell whether slices resemble the next but one more than their neighbors, as where two scans are woven together.

    Args:
        voxels: ``[slice, row, column]``, in order.
    """
    rows = voxels[:, ::_EVERY, ::_EVERY].reshape(len(voxels), -1)
    rows = rows - rows.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(rows, axis=1)
    rows = rows[lengths > 0] / lengths[lengths > 0, None]
    if len(rows) < 2 * _FEWEST_SLICES:
        return False
    near = np.einsum("ij,ij->i", rows[:-1], rows[1:])
    far = np.einsum("ij,ij->i", rows[:-2], rows[2:])
    return bool((far > np.maximum(near[:-1], near[1:])).mean() > _ALTERNATING)


def _value(places: Sequence[pydicom.Dataset], tags: Sequence[str]) -> str:
    for place in places:
        for tag in tags:
            try:
                value = place.get(tag)
            except Exception:  # damaged bytes make pydicom raise nearly anything
                continue
            if value not in (None, ""):
                return "\\".join(map(str, value)) if isinstance(value, MultiValue) else str(value)
    return ""


def _differ(values: list[str], unit: str | None) -> bool:
    """Tell whether values differ by more than rounding."""
    if unit is None:
        return True
    numbers = [_number(value) for value in values]
    return not math.isclose(min(numbers), max(numbers), rel_tol=_SAME_NUMBER)


def _number(text: str) -> float:
    try:
        return float(text.split("\\")[0])
    except ValueError:
        return 0.0


def _overlap(scans: list[list[float]]) -> bool:
    """Tell whether two scans lie beside each other for the most part."""
    ranges = sorted((min(places), max(places)) for places in scans)
    return any(
        min(upper, other_upper) - other_lower > _OVERLAP * min(upper - lower, other_upper - other_lower)
        for (lower, upper), (other_lower, other_upper) in pairwise(ranges)
    )


def _listed(values: list[str]) -> str:
    numbers = sorted({_number(value) for value in values})
    return ", ".join(f"{number:g}" for number in numbers[:4]) + (", …" if len(numbers) > 4 else "")
