"""A folder of STAR counts from the Genomic Data Commons: one file per aliquot, and what says whose it is.

Files are told by what is in them. Whose a file is says the sample sheet (a TSV with ``File Name`` and ``Sample ID``) or
the metadata of the cart (a JSON with ``file_name`` and ``associated_entities``), both of which the portal offers beside
the files; the metadata know the whole aliquot barcode and go first.
"""

from __future__ import annotations

import csv
import json
import re
import zlib
from pathlib import Path

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.matrix_formats import RawMatrix
from RadioGenomicsTrainLib.cohort.text_table import open_text

COLUMNS = {
    "log2 TPM": "tpm_unstranded",
    "log2 FPKM": "fpkm_unstranded",
    "log2 FPKM-UQ": "fpkm_uq_unstranded",
    "log2 counts": "unstranded",
}
# Rows that count reads, not genes: N_unmapped, N_multimapping, N_noFeature, N_ambiguous.
_NO_GENE = "N_"


def read_star_counts(folder: Path, unit: str) -> RawMatrix:
    """Read all STAR counts in a folder and the folders below it, as log2(x + 1).

    Args:
        folder: with the files as gdc-client or the portal's archive lays them.
        unit: a key of :data:`COLUMNS`, or as "log2(TPM + 1)"; it says which column is read.

    Returns:
        Samples in the order of their names, genes as the files name them (Ensembl IDs with version).

    Raises:
        InputError: another unit, no counts, nothing that says whose they are, or files of different genes.
    """
    column = COLUMNS.get(re.sub(r"^log2\((.+?) ?\+ ?1\)$", r"log2 \1", unit))
    if column is None:
        raise InputError(folder, f"STAR counts have no {unit!r}", f"The units are {', '.join(COLUMNS)}.")
    counts, owners = _find(folder)
    if not counts:
        raise InputError(folder, "there are no STAR counts in it", "Give the folder with the files *.tsv from the GDC.")
    if not owners:
        mend = "Put the sample sheet or the metadata JSON beside them (GDC portal, cart, 'Sample Sheet')."
        raise InputError(folder, "nothing says whose the STAR counts are", mend)
    dropped = [
        Dropped("sample", owners[name], f"its file {name} is not in the folder")
        for name in owners
        if name not in counts
    ]
    dropped += [Dropped("sample", name, "the sample sheet does not list it") for name in counts if name not in owners]
    samples: dict[str, str] = {}
    for name in sorted(set(counts) & set(owners)):
        if owners[name] in samples:
            dropped.append(Dropped("sample", f"{owners[name]} in {name}", f"{samples[owners[name]]} comes first"))
        else:
            samples[owners[name]] = name
    if not samples:
        raise InputError(folder, "the sample sheet lists none of the STAR counts", "Fetch both from one cart.")
    genes: list[str] = []
    rows = []
    for sample in sorted(samples):
        names, levels = _read_counts(counts[samples[sample]], column)
        if genes and names != genes:
            raise InputError(samples[sample], "it has other genes than the files before", "Take files of one release.")
        genes = names
        rows.append(levels)
    return RawMatrix(tuple(sorted(samples)), tuple(genes), np.log2(np.stack(rows) + 1.0), tuple(dropped))


def _find(folder: Path) -> tuple[dict[str, Path], dict[str, str]]:
    """Return the STAR counts by file name, and the sample of each file name."""
    counts: dict[str, Path] = {}
    sheet: dict[str, str] = {}
    metadata: dict[str, str] = {}
    for path in sorted(file for file in folder.rglob("*") if file.is_file() and not file.name.startswith(".")):
        if path.suffix == ".json":
            metadata.update(_read_metadata(path))
            continue
        try:
            columns = _columns(path)
        except (OSError, UnicodeDecodeError, EOFError, zlib.error):
            continue  # pictures, archives and whatever else lies about
        if {"gene_id", "unstranded"} <= set(columns):
            counts[path.name.removesuffix(".gz")] = path
        elif {"File Name", "Sample ID"} <= set(columns):
            sheet.update(_read_sheet(path))
    return counts, {**sheet, **metadata}


def _columns(path: Path) -> list[str]:
    with open_text(path) as stream:
        for line in stream:
            if not line.startswith("#"):
                return line.rstrip("\r\n").split("\t")
    return []


def _read_sheet(path: Path) -> dict[str, str]:
    try:
        with open_text(path) as stream:
            return {
                row["File Name"].removesuffix(".gz"): row["Sample ID"].split(",")[0].strip()
                for row in csv.DictReader(stream, delimiter="\t")
                if row["File Name"] and row["Sample ID"]
            }
    except (OSError, UnicodeDecodeError, EOFError, csv.Error, zlib.error) as error:
        raise InputError(path, f"the sample sheet cannot be read ({error})", "Fetch it again.") from error


def _read_metadata(path: Path) -> dict[str, str]:
    try:
        entries = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}
    found = {}
    for entry in entries if isinstance(entries, list) else []:
        try:
            file, owner = entry["file_name"], entry["associated_entities"][0]["entity_submitter_id"]
        except (KeyError, IndexError, TypeError):
            continue
        if isinstance(file, str) and isinstance(owner, str):
            found[file.removesuffix(".gz")] = owner
    return found


def _read_counts(path: Path, column: str) -> tuple[list[str], np.ndarray]:
    import pandas as pd

    try:
        with open_text(path) as stream:
            table = pd.read_csv(stream, sep="\t", comment="#", usecols=["gene_id", column], dtype={"gene_id": str})
        table = table[~table["gene_id"].str.startswith(_NO_GENE)]
        levels = table[column].to_numpy(dtype=np.float64)
    except (OSError, ValueError, EOFError, zlib.error) as error:
        raise InputError(path, f"the STAR counts cannot be read ({error})", "Fetch the file again.") from error
    if not np.isfinite(levels).all() or (levels < 0).any():
        raise InputError(path, f"its column {column} is not complete", "Fetch the file again.")
    return table["gene_id"].tolist(), levels
