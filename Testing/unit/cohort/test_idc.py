"""Plans of what to fetch from the Imaging Data Commons, from the index that its package carries."""

from __future__ import annotations

import csv
import errno
import os
import sys
from pathlib import Path

import pytest

from RadioGenomicsLib.errors import DependencyError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsTrainLib.cohort.idc import AccessError
from RadioGenomicsTrainLib.cohort.idc import Plan
from RadioGenomicsTrainLib.cohort.idc import plan
from RadioGenomicsTrainLib.cohort.idc import read_plan
from RadioGenomicsTrainLib.cohort.idc import write_plan
from RadioGenomicsTrainLib.cohort.series_rules import BRAIN_MR
from RadioGenomicsTrainLib.cohort.series_rules import BREAST_MR
from RadioGenomicsTrainLib.cohort.series_rules import CHEST_CT


@pytest.fixture(scope="module")
def lung() -> Plan:
    pytest.importorskip("idc_index_data", reason="idc-index is not installed")
    return plan("TCGA-LUAD", CHEST_CT)


def test_tcga_luad_has_one_chest_ct_per_patient_with_size_and_licence(lung: Plan) -> None:
    # 67 patients of TCGA-LUAD have CT.
    without = {one.subject for one in lung.dropped if one.kind == "patient"}
    assert lung.patients == len(lung.series) == 67 - len(without)
    assert lung.patients >= 55
    assert {(one.modality, one.licence, one.doi) for one in lung.series} == {
        ("CT", "CC BY 3.0", "10.7937/k9/tcia.2016.jgnihep5")
    }
    assert all(one.images >= CHEST_CT.fewest_slices for one in lung.series)
    assert lung.megabytes == pytest.approx(sum(one.size_MB for one in lung.series))
    # A 512 x 512 CT slice is half a megabyte.
    assert all(0.4 < one.size_MB / one.images < 0.7 for one in lung.series)


def test_tcga_brca_has_breast_mr_before_and_after_contrast() -> None:
    pytest.importorskip("idc_index_data", reason="idc-index is not installed")
    planned = plan("tcga_brca", BREAST_MR)
    assert planned.patients >= 120
    enhanced = {one.patient for one in planned.series if one.role == "T1c"}
    assert len(enhanced) == planned.patients
    assert {one.role for one in planned.series} == {"T1", "T1c", "T2"}


def test_a_plan_can_be_kept_to_the_patients_with_expression(lung: Plan) -> None:
    wanted = {one.patient for one in lung.series[:3]}
    few = plan("TCGA-LUAD", CHEST_CT, patients=wanted)
    assert few.series == lung.series[:3]
    assert sum("not among the patients" in one.reason for one in few.dropped) == 64


@pytest.mark.parametrize("collection", ["TCGA-GBM", "tcga_lgg"])
def test_collections_under_controlled_access_are_refused_with_the_way_out(collection: str) -> None:
    pytest.importorskip("idc_index_data", reason="idc-index is not installed")
    with pytest.raises(AccessError, match=r"controlled access.*give their folder"):
        plan(collection, BRAIN_MR)


def test_what_idc_does_not_have_is_refused(lung: Plan) -> None:
    with pytest.raises(InputError, match="IDC has no CT of it"):
        plan("TCGA-XYZ", CHEST_CT)
    with pytest.raises(InputError, match="no patient has what the rule wants"):
        plan("TCGA-LUAD", CHEST_CT, patients=["TCGA-00-0000"])


def test_a_plan_is_written_with_units_and_read_again(lung: Plan, tmp_path: Path) -> None:
    write_plan(lung, tmp_path / "plan.csv")
    assert read_plan(tmp_path / "plan.csv") == lung.series
    with open(tmp_path / "plan.csv", encoding="utf-8", newline="") as stream:
        header = next(csv.reader(stream))
    assert {"patient", "role", "size_MB", "licence", "doi", "series_uid"} <= set(header)
    assert [file.name for file in tmp_path.iterdir()] == ["plan.csv"]
    with pytest.raises(OutputError):
        write_plan(lung, tmp_path / "absent" / "plan.csv")


@pytest.mark.parametrize("text", ["patient,role\nTCGA-05-4249,CT\n", "images,size_MB\nmany,1\n"])
def test_a_plan_that_is_not_whole_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.csv").write_text(text)
    with pytest.raises(InputError, match="the plan cannot be read"):
        read_plan(tmp_path / "plan.csv")


def test_without_the_package_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "idc_index_data", None)
    with pytest.raises(DependencyError, match="pip install idc-index"):
        plan("TCGA-LUAD", CHEST_CT)


def test_a_disk_that_is_full_leaves_no_half_plan(lung: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OutputError, match="No space left"):
        write_plan(lung, tmp_path / "plan.csv")
    assert not list(tmp_path.iterdir())
