from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("titles", "shown"),
    [
        (["TCGA glioma: T1 and FLAIR, with masks", "Mine"], ["TCGA glioma", "Mine"]),
        (["TCGA glioma: T1", "TCGA glioma: FLAIR"], ["TCGA glioma: T1", "TCGA glioma: FLAIR"]),
        (["Scan 10:30"], ["Scan 10:30"]),
        ([], []),
    ],
)
def test_titles_are_short_where_that_leaves_them_apart(titles: list[str], shown: list[str]) -> None:
    from RadioGenomicsLib.panel.short_titles import shortTitles

    assert shortTitles(titles) == shown
