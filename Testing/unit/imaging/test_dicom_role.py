"""Which channel a DICOM header says that a series is."""

from __future__ import annotations

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from RadioGenomicsLib.imaging.dicom_role import OTHER
from RadioGenomicsLib.imaging.dicom_role import HeaderRole
from RadioGenomicsLib.imaging.dicom_role import contradiction
from RadioGenomicsLib.imaging.dicom_role import role_from_header


def header(**tags: object) -> pydicom.Dataset:
    made = Dataset()
    for tag, value in {"Modality": "MR", **tags}.items():
        setattr(made, tag, value)
    return made


def times(tr: float, te: float, ti: float | None = None, sequence: object = "SE", **tags: object) -> pydicom.Dataset:
    timed = {"RepetitionTime": tr, "EchoTime": te, "ScanningSequence": sequence}
    return header(**timed, **({} if ti is None else {"InversionTime": ti}), **tags)


FLAIR = times(9000, 120, 2500, ["SE", "IR"])
T2 = times(4500, 100)
SPIN_T1 = times(550, 12)
MPRAGE = times(2100, 3, 1100, ["GR", "IR"], SequenceVariant=["SK", "SP", "MP"], FlipAngle=8)
SPOILED = times(8.2, 3.2, 0, "GR", SequenceVariant=["SS", "SP"], FlipAngle=12)
T1_FLAIR = times(2500, 10, 860, ["SE", "IR"])


@pytest.mark.parametrize(
    ("given", "role"),
    [
        (FLAIR, "FLAIR"),
        (times(4800, 340, 1650, ["SE", "IR"], SequenceName="*spcir_242ns"), "FLAIR"),
        (T2, "T2"),
        (times(3200, 410), "T2"),
        (SPIN_T1, "T1"),
        (MPRAGE, "T1"),
        (SPOILED, "T1"),
        (T1_FLAIR, "T1"),
        (header(Modality="CT"), "CT"),
    ],
)
def test_times_and_sequence_tell_the_weighting(given, role):
    assert role_from_header(given).role == role


@pytest.mark.parametrize(
    "given",
    [
        times(4000, 60, 160, ["SE", "IR"]),
        times(2500, 15),
        times(600, 20, 0, "GR"),
        times(5000, 90, None, ["EP", "SE"]),
        times(5000, 90, SequenceName="*ep_b1000t"),
        times(4500, 100, ImageType=["DERIVED", "PRIMARY", "ADC"]),
        times(25, 4, 0, "GR", SequenceVariant="SP", FlipAngle=20, AngioFlag="Y"),
        header(Modality="PT"),
    ],
    ids=["STIR", "PD", "T2*", "EPI", "EPI by name", "ADC", "TOF", "PET"],
)
def test_other_images_are_none_of_the_channels(given):
    assert role_from_header(given).role == OTHER


@pytest.mark.parametrize(
    "given",
    [
        header(),
        times(1500, 45),
        times(9000, 120, None, ["SE", "IR"]),
        times(5.6, 2.5, 0, "GR", SequenceVariant="SS", FlipAngle=45),
        times(20, 5, 0, "GR", SequenceVariant="SP", FlipAngle=5),
        header(RepetitionTime="", EchoTime=None),
        header(RepetitionTime=500, EchoTime=10),
    ],
    ids=["bare", "between", "inversion without time", "CISS", "small flip", "empty", "no sequence"],
)
def test_what_no_rule_fits_tells_nothing(given):
    assert role_from_header(given).role == ""


@pytest.mark.parametrize("given", [SPIN_T1, MPRAGE, SPOILED, T1_FLAIR])
def test_an_agent_makes_a_t1_a_t1c_and_nothing_else(given):
    agent = Dataset()
    agent.update(given)
    agent.ContrastBolusAgent = "Gadovist 7 ml"
    assert role_from_header(agent).role == "T1c"
    enhanced = Dataset()
    enhanced.update(FLAIR)
    enhanced.ContrastBolusAgent = "Gadovist 7 ml"
    assert role_from_header(enhanced).role == "FLAIR"


@pytest.mark.parametrize(("agent", "contrast"), [("", None), ("NONE", False), ("no contrast", False), ("GAD", True)])
def test_a_silent_header_does_not_deny_an_agent(agent, contrast):
    assert role_from_header(times(550, 12, ContrastBolusAgent=agent)).contrast is contrast


def test_an_enhanced_image_tells_it_in_its_functional_groups():
    timing, echo, modifier = Dataset(), Dataset(), Dataset()
    timing.RepetitionTime, echo.EffectiveEchoTime, modifier.InversionTimes = 9000.0, 120.0, [2500.0]
    shared, frame = Dataset(), Dataset()
    shared.MRTimingAndRelatedParametersSequence = Sequence([timing])
    shared.MRModifierSequence = Sequence([modifier])
    frame.MREchoSequence = Sequence([echo])
    image = header(EchoPulseSequence="SPIN")
    image.SharedFunctionalGroupsSequence = Sequence([shared])
    image.PerFrameFunctionalGroupsSequence = Sequence([frame])
    assert role_from_header(image).role == "FLAIR"
    assert role_from_header(header(AcquisitionContrast="T2")).role == "T2"
    assert role_from_header(header(AcquisitionContrast="DIFFUSION")).role == OTHER


def test_a_contradiction_is_told_with_its_evidence():
    told = role_from_header(FLAIR)
    assert contradiction("FLAIR", told) == ""
    assert contradiction("T2", told) == (
        "its DICOM header says that it is FLAIR (inversion time 2500 ms, echo time 120 ms), and it is used as T2"
    )
    assert contradiction("T1c", role_from_header(SPIN_T1)) == ""
    assert "none of the model's channels" in contradiction("T2", HeaderRole(OTHER, "image type ADC"))
