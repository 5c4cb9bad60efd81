"""The gene list of a bundle on disk."""

from __future__ import annotations

from dataclasses import fields
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import BundleError
from RadioGenomicsLib.model.genes import read_genes
from RadioGenomicsLib.model.genes import write_genes
from Testing.unit.model.tiny_bundle import gene_index


def test_it_comes_back_as_it_was_written_with_unknown_values(tmp_path: Path) -> None:
    genes = gene_index()
    assert np.isnan(genes.cv_r).any()
    write_genes(genes, tmp_path / "genes.csv")
    back = read_genes(tmp_path / "genes.csv")
    for field in fields(genes):
        written, read = getattr(genes, field.name), getattr(back, field.name)
        assert read.dtype.kind == written.dtype.kind
        if read.dtype.kind == "f":
            np.testing.assert_allclose(read, written, rtol=1e-5)
        else:
            np.testing.assert_array_equal(read, written)


def test_a_list_from_before_expected_r_has_none(tmp_path: Path) -> None:
    write_genes(
        replace(gene_index(), expected_r=None, expected_r_low=None, expected_r_high=None), tmp_path / "genes.csv"
    )
    assert (tmp_path / "genes.csv").read_text().splitlines()[0].endswith(",reliable")
    assert read_genes(tmp_path / "genes.csv").expected_r is None


def test_a_list_with_a_part_of_the_expected_r_is_refused(tmp_path: Path) -> None:
    write_genes(replace(gene_index(), expected_r_low=None), tmp_path / "genes.csv")
    with pytest.raises(BundleError, match="expected_r_low"):
        read_genes(tmp_path / "genes.csv")


def test_an_unknown_number_is_an_empty_field_and_an_infinite_one_too(tmp_path: Path) -> None:
    genes = replace(gene_index(), interval_half_width=np.full(9, np.inf))
    write_genes(genes, tmp_path / "genes.csv")
    text = (tmp_path / "genes.csv").read_text()
    assert "nan" not in text
    assert "inf" not in text
    assert np.isnan(read_genes(tmp_path / "genes.csv").interval_half_width).all()


@pytest.mark.parametrize(
    ("old", "new", "said"), [("cv_r,", "r,", "cv_r"), ("GENE3,ENSG00000000003,log2 RSEM,", "GENE3,,x,much", "much")]
)
def test_a_damaged_list_is_refused_by_name(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "genes.csv"
    write_genes(gene_index(), path)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(BundleError, match=said) as caught:
        read_genes(path)
    assert "genes.csv" in caught.value.subject
