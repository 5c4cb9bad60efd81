"""Tell from a DICOM header which channel of a study a series is.

The rules, in this order; times in milliseconds. What no rule fits stays untold, and the series' name decides.

1. Modality CT is CT.
2. Diffusion, perfusion, flow, angiography and derived maps are none of the channels (Image Type, b-value, Angio Flag,
   an echo-planar sequence).
3. Acquisition Contrast, which enhanced images carry, says the weighting (DICOM PS3.3 C.8.13.3.1.2).
4. An inversion time above 0: from 1400 with TE >= 60 and TR >= 4000 FLAIR (fluid nulled); 300 to 1300 with TE <= 30 T1
   (MPRAGE, T1-FLAIR); 80 to 250 with a spin echo STIR, which is none of the channels.
5. Spin echo without inversion: TR <= 1000 with TE <= 30 T1; TR >= 2000 with TE >= 60 T2; TR >= 2000 with TE <= 30
   proton density, which is none of the channels.
6. Spoiled or prepared gradient echo: TE <= 10, TR <= 400, flip angle >= 8 degrees T1; TE >= 15 T2*, none of the
   channels. Of other gradient echoes the times do not tell the weighting.
7. A contrast agent makes a T1 a T1c. That none is named does not say that none was given.

The limits are this project's: wide around the ranges that the consensus brain tumor imaging protocol recommends
(Ellingson et al., Neuro-Oncology 2015; 17:1188), and apart from each other, so that times in between tell neither.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import pydicom
from pydicom.multival import MultiValue

from RadioGenomicsLib.imaging.dicom_file import CappedFile
from RadioGenomicsLib.imaging.dicom_file import read_dataset

# A series that is none of the channels.
OTHER = "other"

_TAGS = [
    "Modality",
    "ImageType",
    "AcquisitionContrast",
    "AngioFlag",
    "DiffusionBValue",
    "ScanningSequence",
    "SequenceVariant",
    "SequenceName",
    "RepetitionTime",
    "EchoTime",
    "InversionTime",
    "FlipAngle",
    "EchoPulseSequence",
    "EchoPlanarPulseSequence",
    "InversionRecovery",
    "Spoiling",
    "ContrastBolusAgent",
    "ContrastBolusAgentSequence",
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
]
_OTHER_IMAGES = {
    "ADC", "TRACEW", "FA", "DIFFUSION", "PERFUSION", "PERFUSION_MR", "ASL", "CBF", "CBV", "RCBF", "RCBV", "MTT", "TTP",
    "SWI", "MNIP", "PROJECTION IMAGE", "MIP", "MPR_MIP", "P", "PHASE", "PHASE MAP", "T1 MAP", "T2 MAP", "T2_STAR MAP",
    "SUBTRACTION", "FMRI", "TTEST",
}  # fmt: skip
_CONTRASTS = {"T1": "T1", "T2": "T2", "FLUID_ATTENUATED": "FLAIR"}
_NO_AGENT = {"", "NONE", "NO", "N", "NO CONTRAST", "WITHOUT", "WITHOUT CONTRAST", "NO AGENT", "N/A", "NA", "0", "-"}
_ECHO_PLANAR = ("ep_", "epfid", "epse", "ep2d", "ep3d", "re_b", "epi")


@dataclass(frozen=True)
class HeaderRole:
    """What a header says of the channel.

    Attributes:
        role: "T1", "T1c", "T2", "FLAIR" or "CT"; :data:`OTHER` for what is none of them; empty where it tells nothing.
        reason: the evidence, as "inversion time 2500 ms, echo time 120 ms"; nothing of the patient.
        contrast: whether an agent is named: no where the header says so in words, None where it is silent.
    """

    role: str = ""
    reason: str = ""
    contrast: bool | None = None


def role_in_file(file: Path) -> HeaderRole:
    """Return what the header of a DICOM file says of its channel; one that cannot be read says nothing.

    Raises:
        OSError: the file cannot be read.
    """
    with open(file, "rb", buffering=0) as raw:
        try:
            header = read_dataset(CappedFile(raw), stop_before_pixels=True, specific_tags=_TAGS)
        except OSError:
            raise
        except Exception:  # damaged bytes make pydicom raise nearly anything
            return HeaderRole()
    return role_from_header(header)


def role_from_header(header: pydicom.Dataset) -> HeaderRole:
    """Return what a header says of its channel, by the rules above; damaged elements say nothing."""
    try:
        groups = _with_groups(header)
        contrast = _contrast(groups)
        role, reason = _weighting(groups)
    except Exception:  # damaged bytes make pydicom raise nearly anything
        return HeaderRole()
    if role == "T1" and contrast:
        role, reason = "T1c", f"{reason}, with a contrast agent"
    return HeaderRole(role, reason, contrast)


def contradiction(role: str, told: HeaderRole) -> str:
    """Return how a header contradicts the role that a scan is used as, a clause without a subject; empty if it agrees.

    A header without an agent contradicts no T1c: many scanners leave it empty.
    """
    silent = role == "T1c" and told.role == "T1" and told.contrast is not False
    if not told.role or told.role == role or silent:
        return ""
    what = "none of the model's channels" if told.role == OTHER else told.role
    return f"its DICOM header says that it is {what} ({told.reason}), and it is used as {role}"


def _weighting(header: pydicom.Dataset) -> tuple[str, str]:
    modality = _word(header, "Modality")
    if modality != "MR":
        return ("CT" if modality == "CT" else OTHER, f"modality {modality}") if modality else ("", "")
    other = _other_image(header)
    if other:
        return OTHER, other
    contrast = _word(header, "AcquisitionContrast")
    if contrast and contrast != "UNKNOWN":
        return _CONTRASTS.get(contrast, OTHER), f"acquisition contrast {contrast}"
    tr, te = _number(header, "RepetitionTime", "RepetitionTime"), _number(header, "EchoTime", "EffectiveEchoTime")
    if not (tr and te):
        return "", ""
    ti = _number(header, "InversionTime", "InversionTimes") or 0.0
    sequence = _words(header, "ScanningSequence") | _words(header, "EchoPulseSequence")
    gradient, spin = bool(sequence & {"GR", "GRADIENT"}), bool(sequence & {"SE", "SPIN"})
    if ti > 0:
        return _inverted(tr, te, ti, spin=spin)
    if "IR" in sequence or _word(header, "InversionRecovery") == "YES":
        return "", ""
    times = f"repetition time {tr:.0f} ms, echo time {te:.0f} ms"
    if spin and not gradient:
        return _spin_echo(tr, te), times
    if gradient and not spin:
        return _gradient_echo(header, tr, te), times
    return "", ""


def _other_image(header: pydicom.Dataset) -> str:
    """Return why an image shows something else than anatomy; empty where nothing says so."""
    kinds = _words(header, "ImageType") & _OTHER_IMAGES
    name = _word(header, "SequenceName").lower().lstrip("*")
    if kinds:
        return f"image type {sorted(kinds)[0]}"
    if _number(header, "DiffusionBValue", "DiffusionBValue"):
        return "a diffusion b-value"
    if _word(header, "AngioFlag") == "Y":
        return "angiography"
    planar = "EP" in _words(header, "ScanningSequence") or _word(header, "EchoPlanarPulseSequence") == "YES"
    return "an echo-planar sequence" if planar or name.startswith(_ECHO_PLANAR) else ""


def _inverted(tr: float, te: float, ti: float, *, spin: bool) -> tuple[str, str]:
    reason = f"inversion time {ti:.0f} ms, echo time {te:.0f} ms"
    if ti >= 1400 and te >= 60 and tr >= 4000:
        return "FLAIR", reason
    if 300 <= ti <= 1300 and te <= 30:
        return "T1", reason
    return (OTHER, f"{reason}: fat suppressed by inversion") if spin and 80 <= ti <= 250 else ("", "")


def _spin_echo(tr: float, te: float) -> str:
    if te <= 30:
        return "T1" if tr <= 1000 else OTHER if tr >= 2000 else ""
    return "T2" if te >= 60 and tr >= 2000 else ""


def _gradient_echo(header: pydicom.Dataset, tr: float, te: float) -> str:
    if te >= 15:
        return OTHER
    prepared = _words(header, "SequenceVariant") & {"SP", "MP"} or _word(header, "Spoiling") not in ("", "NONE")
    return "T1" if prepared and te <= 10 and tr <= 400 and (_number(header, "FlipAngle") or 0) >= 8 else ""


def _contrast(header: pydicom.Dataset) -> bool | None:
    if header.get("ContrastBolusAgentSequence"):
        return True
    if not header.get("ContrastBolusAgent"):
        return None
    return _word(header, "ContrastBolusAgent") not in _NO_AGENT


def _with_groups(header: pydicom.Dataset) -> pydicom.Dataset:
    """Return a header with what an enhanced image says in its functional groups; the first frame speaks for all."""
    flat = pydicom.Dataset()
    flat.update({element.tag: element for element in header if element.VR != "SQ"})
    if header.get("ContrastBolusAgentSequence"):
        flat.ContrastBolusAgentSequence = header.ContrastBolusAgentSequence
    for name in ("PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence"):
        for group in (header.get(name) or [])[:1]:
            for sequence in (element for element in group if element.VR == "SQ" and element.value):
                for element in sequence.value[0]:
                    flat.setdefault(element.tag, element)
    return flat


def _words(header: pydicom.Dataset, tag: str) -> set[str]:
    value = header.get(tag)
    values = value if isinstance(value, MultiValue) else [] if value is None else [value]
    return {str(one).strip().upper() for one in values}


def _word(header: pydicom.Dataset, tag: str) -> str:
    return str(header.get(tag) or "").strip().upper()


def _number(header: pydicom.Dataset, *tags: str) -> float | None:
    """Return the first finite number of the first tag that has one."""
    for tag in tags:
        value = header.get(tag)
        first = value[0] if isinstance(value, MultiValue) and value else value
        if first not in (None, "") and not isinstance(first, MultiValue) and math.isfinite(float(first)):
            return float(first)
    return None
