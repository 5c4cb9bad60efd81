from __future__ import annotations

import json
from pathlib import Path

import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.genes.panels import evidence_grades
from RadioGenomicsLib.genes.panels import load_panels
from RadioGenomicsLib.genes.panels import read_panel
from RadioGenomicsLib.genes.symbols import current_symbol

PANELS = load_panels()


def _file(folder: Path, **changes: object) -> Path:
    content = {
        "id": "test",
        "title": "Test",
        "note": "For tests.",
        "organ": "brain",
        "sources": {"a": "A 2020", "b": "B 2021"},
        "groups": [{"title": "G", "why": "W", "source": "a", "evidence": "C", "genes": ["IDH1"]}],
    }
    path = folder / "test.json"
    path.write_text(json.dumps(content | changes))
    return path


def test_the_panels_of_the_brain_come_first() -> None:
    assert list(PANELS)[:3] == ["glioma", "verhaak", "wang"]
    assert set(PANELS) == {"glioma", "verhaak", "wang", "lung", "pam50", "oncotype21", "farooq2024"}


@pytest.mark.parametrize("panel", PANELS.values(), ids=lambda panel: panel.id)
def test_every_gene_says_why_and_where_from_and_has_a_grade(panel) -> None:
    for gene in panel.genes:
        assert gene.why
        assert gene.source
        assert gene.evidence in evidence_grades()
        # A grade that claims something says on what ground.
        assert gene.evidence_source or gene.evidence == "D"


@pytest.mark.parametrize("panel", PANELS.values(), ids=lambda panel: panel.id)
def test_every_gene_is_named_by_its_current_symbol(panel) -> None:
    assert [gene.symbol for gene in panel.genes] == [current_symbol(gene.symbol) for gene in panel.genes]


@pytest.mark.parametrize(("panel", "count"), [("pam50", 50), ("oncotype21", 21), ("wang", 150), ("farooq2024", 7)])
def test_a_published_list_is_whole(panel: str, count: int) -> None:
    assert len(PANELS[panel].genes) == count


def test_mgmt_is_graded_by_the_large_negative_study() -> None:
    mgmt = next(gene for gene in PANELS["glioma"].genes if gene.symbol == "MGMT")
    assert mgmt.evidence == "D"
    assert "Kim" in mgmt.evidence_source


def test_a_gene_of_its_own_fields_wins_over_its_group(tmp_path: Path) -> None:
    group = {"title": "G", "why": "W", "source": "a", "evidence": "C"}
    genes = ["IDH1", {"symbol": "EGFR", "why": "Own", "source": "b", "evidence_source": "a"}]
    first, second = read_panel(_file(tmp_path, groups=[{**group, "genes": genes}])).genes
    assert (first.why, first.source, first.group) == ("W", "A 2020", "G")
    assert (second.why, second.source, second.evidence_source) == ("Own", "B 2021", "A 2020")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"sources": {}}, "not a gene panel"),
        ({"groups": [{"title": "G", "why": "W", "source": "a", "evidence": "Z", "genes": ["IDH1"]}]}, "grades"),
        ({"groups": [{"title": "G", "why": "W", "source": "a", "evidence": "C", "genes": ["A1", "A1"]}]}, "twice"),
        ({"groups": [{"title": "G", "source": "a", "evidence": "C", "genes": ["IDH1"]}]}, "not a gene panel"),
    ],
)
def test_a_faulty_panel_is_refused_by_name(tmp_path: Path, change: dict, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as caught:
        read_panel(_file(tmp_path, **change))
    assert caught.value.subject == "test.json"
