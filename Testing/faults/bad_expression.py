"""Expression tables as they go wrong: always the same bytes, and what reading them must come to."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from collections.abc import Sequence

import numpy as np

from RadioGenomicsLib.errors import InputError
from Testing.faults.bad_tables import TableCase

SAMPLES = tuple(f"TCGA-CS-{4938 + n}-01" for n in range(4))
GENES = ("TP53", "EGFR", "PTEN")


def levels(genes: int = len(GENES), samples: int = len(SAMPLES)) -> np.ndarray:
    """Return log2 levels ``[gene, sample]`` between 3 and 13, no two alike."""
    return 3 + 10 * np.random.default_rng(0).permutation(genes * samples).reshape(genes, samples) / (genes * samples)


def text(
    values: np.ndarray | None = None,
    genes: Sequence[str] = GENES,
    samples: Sequence[str] = SAMPLES,
    *,
    sep: str = "\t",
    cell: Callable[[float], str] = "{:.4f}".format,
) -> str:
    """Return a table of genes by samples."""
    values = levels(len(genes), len(samples)) if values is None else values
    rows = [sep.join([gene, *map(cell, row)]) for gene, row in zip(genes, values, strict=True)]
    return "\n".join([sep.join(["gene", *samples]), *rows, ""])


def _many(values: np.ndarray) -> bytes:
    """Return a table large enough for its unit to be judged by its values."""
    return text(values, [f"LOC{n}" for n in range(len(values))]).encode()


_RANDOM = np.random.default_rng(1)
_Z = _RANDOM.normal(size=(300, len(SAMPLES)))
_COUNTS = np.round(_RANDOM.gamma(1.0, 900.0, (300, len(SAMPLES))))
_PLAIN = text()

EXPRESSION: dict[str, TableCase] = {
    "whole": TableCase(_PLAIN.encode()),
    "samples by genes": TableCase(
        "\n".join(
            "\t".join(row) for row in zip(*(line.split("\t") for line in _PLAIN.splitlines()), strict=True)
        ).encode()
    ),
    "gzipped under another name": TableCase(gzip.compress(_PLAIN.encode(), mtime=0)),
    "byte-order mark": TableCase(b"\xef\xbb\xbf" + _PLAIN.encode()),
    "quotes": TableCase(text(samples=[f'"{one}"' for one in SAMPLES], genes=[f'"{one}"' for one in GENES]).encode()),
    "Windows line ends": TableCase(_PLAIN.replace("\n", "\r\n").encode()),
    "Macintosh line ends": TableCase(_PLAIN.replace("\n", "\r").encode()),
    "commas": TableCase(text(sep=",").encode(), name="table.csv"),
    "genes twice": TableCase(text(genes=["TP53", "EGFR", "TP53"]).encode(), genes=("TP53", "EGFR")),
    "old and new symbol of one gene": TableCase(
        text(genes=["TP53", "FAM5B", "BRINP2"]).encode(), genes=("TP53", "BRINP2")
    ),
    "Ensembl IDs with versions": TableCase(
        text(genes=["ENSG00000141510.18", "ENSG00000146648.20", "ENSG00000171862.15"]).encode()
    ),
    "Entrez numbers": TableCase(text(genes=["7157", "1956", "5728"]).encode()),
    "a gene that became a date that means one gene": TableCase(
        text(genes=["TP53", "EGFR", "9. Sep"]).encode(), genes=("TP53", "EGFR", "SEPTIN9")
    ),
    "rows that count reads": TableCase(text(genes=["TP53", "N_unmapped", "__no_feature"]).encode(), genes=("TP53",)),
    "a gene that became a number": TableCase(text(genes=["TP53", "EGFR", "2.31E+13"]).encode(), genes=("TP53", "EGFR")),
    "log2(x + 0.001) for log2(x + 1)": TableCase(
        text(np.where(np.indices((3, 4))[1] % 2 == 0, np.log2(0.001), levels())).encode(),
        InputError,
        r"which is log2\(0 \+ 0.001\)",
        unit="log2(TPM + 1)",
    ),
    "a code for missing among logarithms": TableCase(
        _PLAIN.replace("\t3.", "\t-9993.", 1).encode(), InputError, "these are no logarithms"
    ),
    "genes of mice": TableCase(
        text(genes=["Trp53", "Egfr", "Pten"]).encode(), InputError, "only 0 of its 3 gene names"
    ),
    "numbers of rows for genes": TableCase(text(genes=["0", "1", "2"]).encode(), InputError, "number the rows"),
    "genes that became dates": TableCase(text(genes=["TP53", "EGFR", "1-Mar"]).encode(), genes=("TP53", "EGFR")),
    "an empty row and an empty column": TableCase(
        text(
            np.where(np.indices((3, 4))[1] == 2, np.nan, np.where(np.indices((3, 4))[0] == 1, np.nan, levels())),
            cell=lambda v: "" if np.isnan(v) else f"{v:.4f}",
        ).encode(),
        genes=("TP53", "PTEN"),
    ),
    "semicolons": TableCase(text(sep=";").encode(), InputError, "semicolons"),
    "decimal commas": TableCase(
        text(cell=lambda v: f"{v:.4f}".replace(".", ",")).encode(), InputError, "decimal commas"
    ),
    "spaces": TableCase(text(sep=" ").encode(), InputError, "one column"),
    "zero bytes": TableCase(b"", InputError, "empty"),
    "only a header": TableCase(_PLAIN.splitlines()[0].encode(), InputError, "no table|no number"),
    "a picture": TableCase(b"\x89PNG\r\n\x1a\n" + bytes(range(256)), InputError, "not UTF-8"),
    "UTF-16": TableCase(_PLAIN.encode("utf-16")),
    "UTF-16 without a mark": TableCase(_PLAIN.encode("utf-16-le"), InputError, "no table"),
    "Latin-1": TableCase(_PLAIN.replace("gene", "gène").encode("latin-1"), InputError, "not UTF-8"),
    "zeros": TableCase(bytes(400), InputError, "no table"),
    "gzip cut off": TableCase(gzip.compress(_PLAIN.encode(), mtime=0)[:-20], InputError, "no table"),
    "gzip damaged": TableCase(gzip.compress(_PLAIN.encode(), mtime=0)[:10] + b"\xff" * 60, InputError, "no table"),
    "rows of different lengths": TableCase(_PLAIN.replace("\nEGFR", "\t1\t2\nEGFR").encode(), InputError, "no table"),
    "a word among the numbers": TableCase(_PLAIN.replace("TP53\t", "TP53\tlow", 1).encode(), InputError, "'low"),
    "infinity": TableCase(_PLAIN.replace("\t3.", "\tinf#", 1).replace("#", "").encode(), InputError, "inf"),
    "a quote that never ends": TableCase(_PLAIN.replace("EGFR", '"EGFR').encode(), InputError, "no table"),
    "wrong barcodes": TableCase(text(samples=["P1", "P2", "P3", "P4"]).encode(), InputError, "TCGA barcodes"),
    "one wrong barcode": TableCase(text(samples=[*SAMPLES[:3], "P4"]).encode(), InputError, "'P4'"),
    "a sample twice with other values": TableCase(
        text(samples=[*SAMPLES[:3], SAMPLES[0]]).encode(), InputError, "stands twice"
    ),
    "only normal tissue": TableCase(text(samples=[one[:-2] + "11" for one in SAMPLES]).encode(), InputError, "primary"),
    "no numbers at all": TableCase(text(cell=lambda v: "").encode(), InputError, "no number"),
    "z-scores for counts": TableCase(_many(_Z), InputError, "these are no raw levels", unit="counts"),
    "z-scores for logarithms": TableCase(_many(_Z), InputError, "z-scores or ratios"),
    "counts for logarithms": TableCase(_many(_COUNTS), InputError, "these are no logarithms"),
    "logarithms for counts": TableCase(_many(np.log2(_COUNTS + 1)), InputError, "logarithms", unit="counts"),
    "logarithms for z-scores": TableCase(_many(np.log2(_COUNTS + 1)), InputError, "no z-scores", unit="z"),
    "an Entrez column without end": TableCase(
        "\n".join(
            [
                "\t".join(["Hugo_Symbol", "Entrez_Gene_Id", *SAMPLES]),
                *(
                    "\t".join([gene, number, "5", "6", "7", "8"])
                    for gene, number in {"TP53": "inf", "EGFR": "1e300", "PTEN": "-3"}.items()
                ),
            ]
        ).encode()
    ),
}
