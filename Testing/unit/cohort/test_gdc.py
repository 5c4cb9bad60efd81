"""A folder of STAR counts from the GDC."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.expression import read_expression
from RadioGenomicsTrainLib.cohort.gdc import read_star_counts
from RadioGenomicsTrainLib.cohort.gene_ids import load_gene_names

HEADER = (
    "# gene-model: GENCODE v36\n"
    "gene_id\tgene_name\tgene_type\tunstranded\tstranded_first\tstranded_second"
    "\ttpm_unstranded\tfpkm_unstranded\tfpkm_uq_unstranded\n"
    "N_unmapped\t\t\t100\t100\t100\t\t\t\nN_multimapping\t\t\t9\t9\t9\t\t\t\n"
    "N_noFeature\t\t\t8\t8\t8\t\t\t\nN_ambiguous\t\t\t7\t7\t7\t\t\t\n"
)
SHEET = "File ID\tFile Name\tData Category\tData Type\tProject ID\tCase ID\tSample ID\tSample Type\n"


def counts(factor: float, genes: tuple[str, ...] = ("ENSG00000141510.18", "ENSG00000138413.13")) -> str:
    """Return one file: TPM is 1 and 3 times the factor, the upper-quartile FPKM 10 times that."""
    rows = [
        f"{gene}\tX\tprotein_coding\t{100 * k}\t1\t1\t{k * factor}\t{k}\t{10 * k * factor}\n"
        for k, gene in zip((1, 3), genes, strict=True)
    ]
    return HEADER + "".join(rows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files of two patients as gdc-client lays them, one of normal tissue, with a sample sheet."""
    sheet = SHEET
    for number, sample in enumerate(("TCGA-CS-4941-01A", "TCGA-CS-4942-01B", "TCGA-CS-4942-11A")):
        name = f"{number}.rna_seq.augmented_star_gene_counts.tsv"
        (tmp_path / f"uuid-{number}").mkdir()
        (tmp_path / f"uuid-{number}" / name).write_text(counts(number + 1.0))
        sheet += f"uuid-{number}\t{name}\tx\tx\tTCGA-LGG\t{sample[:12]}\t{sample}\tx\n"
    (tmp_path / "sheet").write_text(sheet)
    (tmp_path / "MANIFEST.txt").write_text("id\tfilename\tmd5\n")
    (tmp_path / "scan.png").write_bytes(b"\x89PNG\xff\xfe")
    return tmp_path


@pytest.mark.parametrize(
    ("unit", "factor"),
    [("log2 TPM", (1, 2)), ("log2(TPM + 1)", (1, 2)), ("log2 FPKM-UQ", (10, 20)), ("log2 FPKM", (1, 1))],
)
def test_the_unit_picks_the_column_and_logarithms_are_taken(folder: Path, unit: str, factor: tuple[int, int]) -> None:
    read, dropped = read_expression(folder, unit, load_gene_names())
    assert read.patients == ("TCGA-CS-4941", "TCGA-CS-4942")
    assert read.symbols == ("TP53", "IDH1")
    assert read.values == pytest.approx(np.log2(np.outer(factor, (1, 3)) + 1))
    assert [(one.subject, "normal" in one.reason) for one in dropped] == [("TCGA-CS-4942-11A", True)]


def test_zipped_files_are_read_the_same(folder: Path) -> None:
    whole = read_star_counts(folder, "log2 TPM").values
    for file in folder.rglob("*counts.tsv"):
        file.with_name(file.name + ".gz").write_bytes(gzip.compress(file.read_bytes()))
        file.unlink()
    assert read_star_counts(folder, "log2 TPM").values == pytest.approx(whole)


def test_the_metadata_of_a_cart_tell_the_aliquot(folder: Path) -> None:
    (folder / "sheet").unlink()
    aliquots = ("TCGA-CS-4941-01A-11R-1896-07", "TCGA-CS-4942-01B-11R-1896-07", "TCGA-CS-4942-01B-11R-A29S-07")
    entries = [
        {
            "file_name": f"{k}.rna_seq.augmented_star_gene_counts.tsv",
            "associated_entities": [{"entity_submitter_id": aliquot}],
        }
        for k, aliquot in enumerate(aliquots)
    ]
    (folder / "metadata.cart.json").write_text(json.dumps(entries))
    (folder / "other.json").write_text('{"cohort": 1}')
    read, dropped = read_expression(folder, "log2 TPM", load_gene_names())
    assert read.values[:, 0] == pytest.approx(np.log2([2, 4]))
    assert [(one.subject, "plate" in one.reason) for one in dropped] == [(aliquots[1], True)]


def test_a_second_file_of_a_sample_and_files_without_a_partner_are_listed(folder: Path) -> None:
    sheet = (folder / "sheet").read_text().replace("4942-11A", "4942-01B")
    (folder / "sheet").write_text(sheet + "u\tabsent.tsv\tx\tx\tx\tTCGA-CS-4999\tTCGA-CS-4999-01A\tx\n")
    (folder / "stray.tsv").write_text(counts(1.0))
    matrix = read_star_counts(folder, "log2 TPM")
    assert matrix.samples == ("TCGA-CS-4941-01A", "TCGA-CS-4942-01B")
    reasons = {one.subject: one.reason for one in matrix.dropped}
    assert "absent.tsv is not in the folder" in reasons["TCGA-CS-4999-01A"]
    assert "does not list it" in reasons["stray.tsv"]
    assert any("comes first" in reason for reason in reasons.values())


def test_a_folder_that_is_wrong_is_refused_with_the_reason(folder: Path) -> None:
    with pytest.raises(InputError, match="STAR counts have no 'log2 RSEM'"):
        read_star_counts(folder, "log2 RSEM")
    (folder / "empty").mkdir()
    with pytest.raises(InputError, match="no STAR counts"):
        read_star_counts(folder / "empty", "log2 TPM")
    first = next(folder.rglob("1.*"))
    first.write_text(counts(1.0, ("ENSG00000141510.18", "ENSG00000146648.18")))
    with pytest.raises(InputError, match="other genes"):
        read_star_counts(folder, "log2 TPM")
    first.write_text(counts(1.0).replace("\t1.0\t1\t10.0", "\t\t\t"))
    with pytest.raises(InputError, match="not complete"):
        read_star_counts(folder, "log2 TPM")
    first.write_text(counts(1.0).replace("tpm_unstranded", "tpm"))
    with pytest.raises(InputError, match="cannot be read"):
        read_star_counts(folder, "log2 TPM")
    (folder / "sheet").unlink()
    with pytest.raises(InputError, match="nothing says whose"):
        read_star_counts(folder, "log2 TPM")
