"""What is fuzzed: every reader of ours, given arbitrary bytes. It must read them or raise a RadioGenomicsError.

Each target takes bytes and a folder to put them into; its seeds are the files of the bench of faults.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
from safetensors.numpy import save

from RadioGenomicsLib.batch.patients import read_patients
from RadioGenomicsLib.errors import RadioGenomicsError
from RadioGenomicsLib.genes.panels import read_panel
from RadioGenomicsLib.imaging.dicom import read_image
from RadioGenomicsLib.imaging.mask_file import read_mask
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.model.bundle import load_bundle
from RadioGenomicsLib.model.bundle_import import add_bundle
from RadioGenomicsLib.model.genes import read_genes
from RadioGenomicsLib.model.weights import load_tensors
from RadioGenomicsLib.pipeline.files import read_request
from RadioGenomicsLib.pipeline.files import read_result
from RadioGenomicsLib.pipeline.files import write_request
from RadioGenomicsLib.pipeline.request import BrainRequest
from RadioGenomicsLib.resources import resource_path
from RadioGenomicsLib.sample import read_samples
from RadioGenomicsTrainLib.cohort.clinical import ClinicalSource
from RadioGenomicsTrainLib.cohort.clinical import read_clinical
from RadioGenomicsTrainLib.cohort.description import read_description
from RadioGenomicsTrainLib.cohort.expression import read_expression
from RadioGenomicsTrainLib.cohort.features import read_features
from RadioGenomicsTrainLib.cohort.gene_ids import GeneNames
from RadioGenomicsTrainLib.cohort.gene_ids import load_gene_names
from RadioGenomicsTrainLib.cohort.idc import read_plan
from RadioGenomicsTrainLib.cohort.sources import FeatureSource
from RadioGenomicsTrainLib.report.validation_record import read_record
from RadioGenomicsTrainLib.validation.array_cache import find_arrays
from RadioGenomicsTrainLib.validation.record_card import SCHEMA
from Testing.faults import bad_dicom
from Testing.faults.bad_dicom import DICOM
from Testing.faults.bad_expression import EXPRESSION
from Testing.faults.bad_scans import SCANS
from Testing.faults.bad_tables import CLINICAL
from Testing.faults.bad_tables import COHORTS
from Testing.faults.bad_tables import FEATURES
from Testing.faults.bad_tables import PATIENTS
from Testing.faults.bad_tables import PLANS

_NO_GENES = GeneNames({}, {}, {}, {})


@dataclass(frozen=True)
class Target:
    """A reader to be fuzzed.

    Attributes:
        name: of the file that the bytes become.
        read: takes its path.
        seeds: what to start from.
    """

    name: str
    read: Callable[[Path], object]
    seeds: Callable[[], Iterable[bytes]]

    def __call__(self, data: bytes, folder: Path) -> None:
        """Read bytes; a failure is any exception but ours."""
        path = folder / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        with suppress(RadioGenomicsError):
            self.read(path)


def _scans(*endings: str) -> Callable[[], Iterable[bytes]]:
    def seeds() -> Iterable[bytes]:
        for case in SCANS.values():
            with tempfile.TemporaryDirectory() as folder:
                path = case.write(Path(folder))
                if path.name.endswith(endings) and path.name.startswith("scan") and path.stat().st_size < 50_000:
                    yield path.read_bytes()

    return seeds


def _tables(cases: dict) -> Callable[[], Iterable[bytes]]:
    return lambda: [case.content for case in cases.values() if len(case.content) < 10_000]


def _in_a_series(path: Path) -> object:
    """Read a folder in which one file of a series is the fuzzed one."""
    for image in bad_dicom.images(slices=[0, 1, 3, 4, 5]):
        file = path.with_name(f"{image.InstanceNumber}.dcm")
        if not file.exists():
            pydicom.dcmwrite(file, image, enforce_file_format=True)
    return read_image(path.parent)


def _dicom() -> Iterable[bytes]:
    for name in ("whole", "implicit VR", "big-endian", "RLE", "JPEG", "an unknown compression", "in color"):
        with tempfile.TemporaryDirectory() as folder:
            yield sorted(DICOM[name].write(Path(folder)).iterdir())[2].read_bytes()


def _request() -> Iterable[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        write_request(BrainRequest(Volume(np.ones((2, 2, 2), np.float32), np.eye(4), "T1")), Path(folder) / "job")
        yield (Path(folder) / "job" / "job.json").read_bytes()
    yield json.dumps({"kind": "tumor", "channels": {"volumes": {}}, "model": "x", "tumor": {"points": [[0]]}}).encode()


def _result() -> Iterable[bytes]:
    mask = {"volume": {"file": "mask.nrrd", "affine": np.eye(4).tolist(), "name": "Brain"}}
    yield json.dumps({"answer": "region", "kind": "brain", "mask": mask, "role": "", "found_by": "x"}).encode()
    yield json.dumps({"answer": "prediction", "bundle": {"path": "x", "sha256": "0"}}).encode()


def _zip() -> Iterable[bytes]:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.json", '{"id": "x", "schema_version": 1}')
        archive.writestr("weights.safetensors", save({"a": np.zeros(3, np.float32)}))
        archive.writestr("genes.csv", "symbol\nTP53\n")
    yield stream.getvalue()


def _added(path: Path) -> object:
    os.environ["RADIOGENOMICS_MODELS"] = str(path.parent / "models")
    return add_bundle(path)


def _cards() -> Iterable[bytes]:
    return [path.read_bytes() for path in resource_path("Models").glob("*/model.json")] or [b"{}"]


def _gene_lists() -> Iterable[bytes]:
    for path in resource_path("Models").glob("*/genes.csv"):
        yield b"\n".join(path.read_bytes().split(b"\n")[:6]) + b"\n"


def _weights() -> Iterable[bytes]:
    yield save({"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.zeros(2, np.int64)})
    yield save({"c": np.zeros((0, 4), np.float16)})
    for kind in ("BF16", "F8_E4M3", "BOOL", "U16", "F64"):
        header = json.dumps({"a": {"dtype": kind, "shape": [4], "data_offsets": [0, 8]}}).encode()
        yield len(header).to_bytes(8, "little") + header + bytes(8)


def _star_folder(path: Path) -> object:
    counts = path.with_name("a.tsv")
    if not counts.exists():
        counts.write_text("gene_id\tunstranded\nN_unmapped\t1\nENSG00000141510.18\t5\n")
    return read_expression(path.parent, "log2 counts", _NO_GENES)


def _star() -> Iterable[bytes]:
    entity = {"entity_submitter_id": "TCGA-CS-4938-01A-11R-1896-07"}
    yield json.dumps([{"file_name": "a.tsv", "associated_entities": [entity]}]).encode()


def _panels() -> Iterable[bytes]:
    yield next(resource_path("GenePanels").glob("*.json")).read_bytes()[:4000]
    gene = {"title": "g", "genes": ["TP53"], "why": "w", "source": "s", "evidence": "A"}
    panel = {"id": "p", "title": "t", "note": "n", "organ": "brain", "sources": {"s": "c"}, "groups": [gene]}
    yield json.dumps(panel).encode()


def _samples() -> Iterable[bytes]:
    yield resource_path("SampleData.json").read_bytes()
    file = {"role": "FLAIR", "name": "a.nii", "url": "https://a/b", "sha256": "0"}
    texts = dict.fromkeys(("title", "modality", "source", "license", "local_folder"), "t")
    yield json.dumps({"samples": [{"id": "x", **texts, "files": [file]}]}).encode()


def _records() -> Iterable[bytes]:
    cohort = {"id": "x", "title": "t", "licence": "l", "citation": [], "limitations": []}
    card = {"settings": {}, "provenance": {}, "default_rung": "default", "seed_paper": {}, "notes": []}
    block = {"id": "log2", "unit": "log2 RSEM", "n": 3, "genes": 1}
    yield json.dumps({"schema": SCHEMA, "cohort": cohort, "blocks": [block], **card}).encode()


def _arrays() -> Iterable[bytes]:
    for save_arrays in (np.savez, np.savez_compressed):
        stream = io.BytesIO()
        save_arrays(stream, a=np.arange(6, dtype=np.float32).reshape(2, 3), b=np.array("x"))
        yield stream.getvalue()


_CLINICAL_COLUMNS = {"age": "age", "sex": "sex"}
_GENE_TABLE = b"symbol,ensembl_id,entrez_id,previous_symbols\nTP53,ENSG00000141510,7157,P53|LFS1\n"

TARGETS: dict[str, Target] = {
    "nifti": Target("scan.nii", read_image, _scans(".nii")),
    "nifti_gz": Target("scan.nii.gz", read_image, _scans(".nii.gz")),
    "nrrd": Target("scan.nrrd", read_image, _scans(".nrrd")),
    "metaimage": Target("scan.mha", read_image, _scans(".mha", ".mhd")),
    "mask": Target("mask.seg.nrrd", read_mask, _scans(".nrrd")),
    "dicom": Target("series/3.dcm", _in_a_series, _dicom),
    "expression": Target("e.tsv", lambda path: read_expression(path, "log2 RSEM", _NO_GENES), _tables(EXPRESSION)),
    "star_counts": Target("star/metadata.json", _star_folder, _star),
    "features": Target("f.csv", lambda path: read_features(FeatureSource(path, "patient")), _tables(FEATURES)),
    "clinical": Target(
        "c.csv", lambda path: read_clinical([ClinicalSource(path, "patient", _CLINICAL_COLUMNS, {})]), _tables(CLINICAL)
    ),
    "gene_names": Target(
        "g.csv.gz",
        lambda path: (load_gene_names.cache_clear(), load_gene_names(path)),
        lambda: [gzip.compress(_GENE_TABLE, 0, mtime=0)],
    ),
    "cohort": Target("c.toml", lambda path: read_description(path, path.parent), _tables(COHORTS)),
    "plan": Target("plan.csv", read_plan, _tables(PLANS)),
    "patients": Target("p.csv", read_patients, _tables(PATIENTS)),
    "panel": Target("panel.json", read_panel, _panels),
    "samples": Target("samples.json", read_samples, _samples),
    "card": Target("bundle/model.json", lambda path: load_bundle(path.parent), _cards),
    "gene_list": Target("genes.csv", read_genes, _gene_lists),
    "weights": Target("weights.safetensors", load_tensors, _weights),
    "bundle_zip": Target("bundle.zip", _added, _zip),
    "request": Target("request/job.json", lambda path: read_request(path.parent), _request),
    "result": Target("result/job.json", lambda path: read_result(path.parent), _result),
    "record": Target("validation/record.json", lambda path: read_record(path.parent), _records),
    "arrays": Target("kept.npz", find_arrays, _arrays),
}
