"""A cohort from its file: a small synthetic one, and TCGA-LGG itself."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.manifest import Cohort
from RadioGenomicsTrainLib.cohort.manifest import load_cohort

COHORT = """
id = "two-patients"
title = "Two synthetic patients"
licence = "CC0"
citation = ["none"]
[images]
mask = "scans/{patient}/{patient}_mask.nii.gz"
[images.channels]
FLAIR = "scans/{patient}/scan.nii.gz#0"
T1c = "scans/{patient}/scan.nii.gz#1"
[[expression]]
file = "log2.tsv"
unit = "log2 RSEM"
[[expression]]
file = "z.tsv"
unit = "z"
clip = 3
[[clinical]]
file = "clinical.csv"
patient = "patient"
columns = { age = "age" }
"""


def write_image(path: Path, components: list[int], n_slices: int = 4, spacing: float = 10) -> None:
    """Write an image with one component for each value; its left half is 0, its right half that value."""
    ramp = np.zeros((n_slices, 16, 16), dtype=np.uint8)
    ramp[..., 8:] = 1
    images = [sitk.GetImageFromArray(ramp * value) for value in components]
    for image in images:
        image.SetSpacing((spacing, spacing, spacing))
    path.parent.mkdir(parents=True, exist_ok=True)
    sitk.WriteImage(images[0] if len(images) == 1 else sitk.JoinSeries(images), str(path))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for patient, components, mask in (
        ("TCGA-AA-0001", [50, 60], [1]),
        ("TCGA-AA-0002", [50, 0], [1]),
        ("TCGA-BB-0003", [50, 60], [0]),
    ):
        write_image(tmp_path / "scans" / patient / "scan.nii.gz", components)
        write_image(tmp_path / "scans" / patient / f"{patient}_mask.nii.gz", mask)
    (tmp_path / "log2.tsv").write_text("gene\tTCGA-AA-0001-01\tTCGA-CC-0009-01\nTP53\t5\t6\n")
    (tmp_path / "z.tsv").write_text("gene\tTCGA-AA-0001\tTCGA-AA-0002\nTP53\t1\t1\nIDH1\t8\t-1\n")
    (tmp_path / "clinical.csv").write_text("patient,age\nTCGA-AA-0001,40\n")
    (tmp_path / "cohort.toml").write_text(COHORT)
    return tmp_path


def test_a_cohort_has_one_row_per_patient_with_images(folder: Path) -> None:
    cohort = load_cohort(folder / "cohort.toml", folder)
    assert [patient.id for patient in cohort.patients] == ["TCGA-AA-0001", "TCGA-AA-0002"]
    assert cohort.sites.tolist() == ["AA", "AA"]
    assert [sorted(patient.channels) for patient in cohort.patients] == [["FLAIR", "T1c"], ["FLAIR"]]
    assert [patient.traits.age for patient in cohort.patients] == [40, None]
    assert cohort.expression.symbols == ("TP53", "IDH1")
    assert cohort.expression.values == pytest.approx(np.array([[5, 3], [np.nan, -1]]), nan_ok=True)
    assert cohort.all_expression.patients == ("TCGA-AA-0001", "TCGA-CC-0009", "TCGA-AA-0002")


def test_everything_left_out_is_listed_with_its_reason(folder: Path) -> None:
    left_out = {(one.kind, one.subject): one.reason for one in load_cohort(folder / "cohort.toml", folder).dropped}
    assert "mask" in left_out["patient", "TCGA-BB-0003"]
    assert left_out["gene", "TP53"] == "taken in log2 RSEM, not in z"
    assert "log2 RSEM" in left_out["expression", "TCGA-AA-0002"]
    assert ("channel", "TCGA-AA-0002 T1c") in left_out
    assert len(left_out) == 4


def test_images_of_a_tree_are_taken_by_its_rule(folder: Path) -> None:
    for patient in ("TCGA-AA-0001", "TCGA-AA-0002"):
        write_image(folder / "tree" / patient / "ax_flair.nii.gz", [50], n_slices=20, spacing=6)
        write_image(folder / "tree" / patient / "localizer.nii.gz", [50], n_slices=20, spacing=6)
    write_image(folder / "masks" / "TCGA-AA-0001.nii.gz", [1], n_slices=20, spacing=6)
    before, after = COHORT.index("[images]"), COHORT.index("[[expression]]")
    tree = '[images]\ntree = "tree"\nrule = "brain-mr"\nmask = "masks/{patient}.nii.gz"\n'
    (folder / "cohort.toml").write_text(COHORT[:before] + tree + COHORT[after:])
    cohort = load_cohort(folder / "cohort.toml", folder)
    (patient,) = cohort.patients
    assert patient.id == "TCGA-AA-0001"
    assert {role: Path(path).name for role, path in patient.channels.items()} == {"FLAIR": "ax_flair.nii.gz"}
    assert Path(patient.mask) == folder / "masks" / "TCGA-AA-0001.nii.gz"
    reasons = [(one.kind, one.reason) for one in cohort.dropped]
    assert [kind for kind, reason in reasons if "localizer" in reason] == ["series", "series"]
    assert [reason.partition(":")[0] for kind, reason in reasons if kind == "patient"] == [
        "its tumor mask cannot be used"
    ]


def test_a_data_root_without_images_is_refused(folder: Path) -> None:
    (folder / "scans").rename(folder / "elsewhere")
    with pytest.raises(InputError, match="no images"):
        load_cohort(folder / "cohort.toml", folder)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("id = ", "name = "), "not valid at its top level"),
        (("[images]", "[images"), "no TOML"),
        (("log2.tsv", "l.tsv"), "l.tsv"),
    ],
)
def test_a_wrong_cohort_file_is_refused(folder: Path, change: tuple[str, str], reason: str) -> None:
    (folder / "cohort.toml").write_text(COHORT.replace(*change))
    with pytest.raises(InputError, match=reason):
        load_cohort(folder / "cohort.toml", folder)


@pytest.fixture(scope="module")
def lgg(data_root: Path) -> Cohort:
    return load_cohort("tcga-lgg", data_root)


def test_tcga_lgg_has_its_patients_and_genes(lgg: Cohort) -> None:
    expression = lgg.expression
    assert len(lgg.patients) == 91
    assert Counter(expression.units) == {"log2 RSEM": 2127, "z": 1399}
    sizes = [(len(patients), len(genes)) for patients, genes in expression.complete_blocks()]
    assert sizes == [(89, 2127), (86, 1399)]
    assert len(set(expression.symbols)) == 3526
    assert {"KMT2A", "ATP5F1B", "HLA-DRA"} <= set(expression.symbols)  # MLL, ATP5B and HLA_DRA in the source
    assert sum(not one for one in expression.ensembl_ids) < 20


def test_tcga_lgg_names_its_missing_channels_and_traits(lgg: Cohort) -> None:
    lost = [one.subject.split()[1] for one in lgg.dropped if one.kind == "channel"]
    assert Counter(lost) == {"T1": 6, "T1c": 10}
    subtypes = Counter(patient.traits.subtype for patient in lgg.patients)
    assert subtypes["IDHmut-codel"] == 22
    assert sum(patient.traits.age is None for patient in lgg.patients) <= 1
    assert np.abs(lgg.expression.values[:, 2127:][np.isfinite(lgg.expression.values[:, 2127:])]).max() <= 3
