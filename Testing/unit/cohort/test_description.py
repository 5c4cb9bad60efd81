"""The cohort file."""

from __future__ import annotations

from pathlib import Path

import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.resources import resource_path
from RadioGenomicsTrainLib.cohort.description import read_description

COHORT = """
id = "few"
title = "A few patients"
licence = "CC0"
citation = ["none"]
[patients]
pattern = '(?P<patient>P[0-9])'
[features]
file = "features.csv"
patient = "id"
keep = 'f_.*'
[[expression]]
file = "genes.tsv"
unit = "log2(FPKM + 1)"
log2 = true
leave_out = ["Recurrence"]
"""


def test_a_cohort_of_features_is_described(tmp_path: Path) -> None:
    path = tmp_path / "few.toml"
    path.write_text(COHORT)
    found = read_description(path, tmp_path)
    assert found.images is None
    assert found.features.path == tmp_path / "features.csv"
    assert found.features.keep.fullmatch("f_volume")
    assert found.patient_ids.identify("P3").name == "P3"
    assert (found.expression[0].log2, found.expression[0].leave_out) == (True, ("Recurrence",))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('id = "few"', "", "its top level: 'id' is a required property"),
        ('title = "A few patients"', "title = 3", "title: 3 is not of type 'string'"),
        ("keep =", "kep =", "features: .*'kep' was unexpected"),
        ('"features.csv"', '"features.docx"', "features.file: "),
        ("log2 = true", 'log2 = "yes"', r"expression.0.log2: 'yes' is not of type 'boolean'"),
        ("log2 = true", "clip = 0", r"expression.0.clip: "),
        ("'f_.*'", "'f_('", "features.keep is no regular expression"),
        ("?P<patient>", "", "no group named patient"),
        ("[features]", "[features", "no TOML"),
        ("[features]", "[features]\nfile = 3", "no TOML"),
        ("[patients]", "[images]\ntree = 'a'\nrule = 'chest-ct'\nchannels = 3\n[patients]", "images: .*'channels'"),
        ("[patients]", "[images]\nmask = 'a.nii'\nchannels = {T1 = '{patient}.nii'}\n[patients]", "images.mask: "),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_and_key(tmp_path: Path, old: str, new: str, reason: str) -> None:
    path = tmp_path / "few.toml"
    path.write_text(COHORT.replace(old, new))
    with pytest.raises(InputError, match=f"few.toml: .*{reason}"):
        read_description(path, tmp_path)


@pytest.mark.parametrize(
    "images", ["tree = 'a'\nrule = 'chest-ct'", "mask = '{patient}_m.nii'\nchannels = {T1 = '{patient}.nii'}"]
)
def test_what_the_masks_were_drawn_on_is_said_once_for_the_cohort(tmp_path: Path, images: str) -> None:
    path = tmp_path / "few.toml"
    path.write_text(
        COHORT.replace("[patients]", f"[images]\n{images}\ndrawn_on = 'T1c'\norientation = 'LAS'\n[patients]")
    )
    found = read_description(path, tmp_path).images
    assert (found.drawn_on, found.orientation) == ("T1c", "LAS")
    path.write_text(COHORT.replace("[patients]", f"[images]\n{images}\ndrawn_on = 'DWI'\n[patients]"))
    with pytest.raises(InputError, match="images"):
        read_description(path, tmp_path)


def test_a_cohort_needs_images_or_features(tmp_path: Path) -> None:
    path = tmp_path / "few.toml"
    features = COHORT[COHORT.index("[features]") : COHORT.index("[[expression]]")]
    path.write_text(COHORT.replace(features, ""))
    with pytest.raises(InputError, match="the cohort file is not valid"):
        read_description(path, tmp_path)


def test_an_unknown_cohort_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such cohort"):
        read_description("tcga-xyz", tmp_path)


@pytest.mark.parametrize("path", sorted(resource_path("Cohorts").glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_cohort_can_be_read(path: Path, tmp_path: Path) -> None:
    assert read_description(path.stem, tmp_path).id == path.stem
