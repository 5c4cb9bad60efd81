"""What goes to a child process and comes back is the same to the last bit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from RadioGenomicsLib.errors import BundleError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.pipeline import files
from RadioGenomicsLib.pipeline import volume_files
from RadioGenomicsLib.pipeline.files import read_request
from RadioGenomicsLib.pipeline.files import read_result
from RadioGenomicsLib.pipeline.files import write_request
from RadioGenomicsLib.pipeline.files import write_result
from RadioGenomicsLib.pipeline.request import Box
from RadioGenomicsLib.pipeline.request import BrainRequest
from RadioGenomicsLib.pipeline.request import PredictionRequest
from RadioGenomicsLib.pipeline.request import TumorRequest
from RadioGenomicsLib.pipeline.result import Region
from RadioGenomicsLib.pipeline.result import Result
from Testing.unit.pipeline.same import assert_same


def oblique(scan: Volume) -> Volume:
    turn, _ = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))
    affine = scan.affine.copy()
    affine[:3, :3] = turn @ affine[:3, :3]
    return Volume(scan.array, affine, "T1c").noting("its header says little")


def test_a_request_for_a_prediction_comes_back_as_it_was(scan: Volume, tmp_path: Path) -> None:
    mask = scan.with_array((scan.array > 100).astype(np.uint8), "Lékař's outline")
    given = [None, mask, np.array([[1.1, -2.2, 1 / 3]]), Box(np.array([0.1, 0.2, 0.3]), np.diag([1.0, 2.0, 1 / 3]))]
    for n, tumor in enumerate(given):
        request = PredictionRequest(
            {"FLAIR": scan, "T1c": oblique(scan)}, "mine", mask if n else "hd-bet", tumor, "pam50", "cpu", "one"
        )
        write_request(request, tmp_path / str(n))
        assert_same(read_request(tmp_path / str(n)), request)


def test_the_smaller_requests_come_back_as_they_were(scan: Volume, tmp_path: Path) -> None:
    for n, request in enumerate((BrainRequest(scan, "hd-bet", "cpu"), TumorRequest({"FLAIR": oblique(scan)}))):
        write_request(request, tmp_path / str(n))
        assert_same(read_request(tmp_path / str(n)), request)


def test_a_region_comes_back_as_it_was(scan: Volume, tmp_path: Path) -> None:
    region = Region("tumor", scan.with_array((scan.array > 100).astype(np.uint8), "tumor"), "FLAIR", "network outline")
    write_result(region, tmp_path / "result")
    assert_same(read_result(tmp_path / "result"), region)


def test_a_real_result_comes_back_as_it_was(result: Result, tmp_path: Path) -> None:
    write_result(result, tmp_path / "result")
    assert_same(read_result(tmp_path / "result"), result)


def test_a_result_holds_only_plain_formats(result: Result, tmp_path: Path) -> None:
    write_result(result, tmp_path / "result")
    assert {path.suffix for path in (tmp_path / "result").iterdir()} == {".json", ".npz", ".nrrd"}
    np.load(tmp_path / "result" / files.ARRAYS, allow_pickle=False)


def test_a_result_of_a_model_that_was_changed_meanwhile_is_refused(result: Result, tmp_path: Path) -> None:
    write_result(result, tmp_path / "result")
    card = tmp_path / "result" / files.CARD
    content = json.loads(card.read_text(encoding="utf-8"))
    content["bundle"]["sha256"] = "0" * 64
    card.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(BundleError, match="changed"):
        read_result(tmp_path / "result")


@pytest.mark.parametrize("name", [files.CARD, files.ARRAYS, "tumor.nrrd"])
@pytest.mark.parametrize("damage", ["missing", "cut", "empty"])
def test_a_damaged_result_is_refused_by_name(result: Result, tmp_path: Path, name: str, damage: str) -> None:
    write_result(result, tmp_path / "result")
    file = tmp_path / "result" / name
    content = file.read_bytes()
    file.unlink()
    if damage != "missing":
        file.write_bytes(content[: len(content) // 2] if damage == "cut" else b"")
    with pytest.raises(InputError, match=r"Start the work again"):
        read_result(tmp_path / "result")


def test_what_is_no_request_is_refused(tmp_path: Path) -> None:
    for n, text in enumerate(("[]", '{"kind": "surgery"}', '{"kind": "brain"}', "{")):
        (tmp_path / str(n)).mkdir()
        (tmp_path / str(n) / files.CARD).write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match="not a whole job folder"):
            read_request(tmp_path / str(n))


def test_a_disk_that_fills_up_leaves_nothing(scan: Volume, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(image: sitk.Image, path: str, **_: object) -> None:
        Path(path).write_bytes(b"half")

    monkeypatch.setattr(volume_files.sitk, "WriteImage", full)
    with pytest.raises(OutputError, match="cannot be written whole"):
        write_request(BrainRequest(scan), tmp_path / "request")
    assert not list(tmp_path.iterdir())
