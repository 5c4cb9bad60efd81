"""Where bundles are looked for, and which of them can be removed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from RadioGenomicsLib.errors import BundleError
from RadioGenomicsLib.model import user_models
from RadioGenomicsLib.model.user_models import bundle_folders
from RadioGenomicsLib.model.user_models import is_users_own
from RadioGenomicsLib.model.user_models import read_card
from RadioGenomicsLib.model.user_models import remove_bundle
from RadioGenomicsLib.model.user_models import user_models_folder


@pytest.fixture
def roots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    shipped, resource_path = tmp_path / "shipped", user_models.resource_path
    monkeypatch.setattr(
        user_models, "resource_path", lambda *parts: shipped if parts == ("Models",) else resource_path(*parts)
    )
    monkeypatch.setenv("RADIOGENOMICS_MODELS", str(tmp_path / "own"))
    return {name: tmp_path / name for name in ("shipped", "own")}


def add(root: Path, name: str) -> Path:
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "model.json").write_text("{}")
    return folder


def test_without_any_folder_there_is_no_bundle(roots: dict[str, Path]) -> None:
    assert bundle_folders() == {}


def test_shipped_and_own_bundles_are_found_by_name(roots: dict[str, Path]) -> None:
    shipped, own = add(roots["shipped"], "a"), add(roots["own"], "b")
    (roots["own"] / "no bundle").mkdir()
    assert bundle_folders() == {"a": shipped, "b": own}


def test_the_users_bundle_stands_before_a_shipped_one_of_its_name(roots: dict[str, Path]) -> None:
    add(roots["shipped"], "a")
    own = add(roots["own"], "a")
    assert bundle_folders() == {"a": own}


def test_the_users_folder_is_not_inside_the_software(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RADIOGENOMICS_MODELS", raising=False)
    package = Path(user_models.__file__).resolve().parents[2]
    assert package not in user_models_folder().resolve().parents
    assert user_models_folder().parts[-2:] == ("RadioGenomics", "Models")


def test_only_the_users_own_bundles_can_be_removed(roots: dict[str, Path]) -> None:
    shipped, own = add(roots["shipped"], "a"), add(roots["own"], "b")
    assert not is_users_own(shipped)
    assert is_users_own(own)
    with pytest.raises(BundleError, match="shipped"):
        remove_bundle("a")
    with pytest.raises(BundleError, match="no such model"):
        remove_bundle("../a")
    remove_bundle("b")
    assert bundle_folders() == {"a": shipped}
    assert list(roots["own"].iterdir()) == []


def test_a_bundle_half_removed_or_half_added_is_none(roots: dict[str, Path]) -> None:
    add(roots["own"], ".b.1234.removed")
    assert bundle_folders() == {}


def card(**changed: object) -> str:
    schema = json.loads(user_models.resource_path("Schemas", "model.schema.json").read_text(encoding="utf-8"))
    whole = {
        "schema_version": schema["properties"]["schema_version"]["const"],
        "id": "a",
        "title": "A model",
        "cohort": "nobody",
        "patients": 3,
        "preprocessing": {"channels": ["T1"], "required": ["T1"]},
        "validation": {},
        "limitations": [],
        "license": "CC0",
        "citation": [],
    }
    return json.dumps(whole | changed)


def test_a_card_is_read_without_loading_the_model(roots: dict[str, Path]) -> None:
    folder = add(roots["own"], "a")
    (folder / "model.json").write_text(card())
    assert read_card(folder)["title"] == "A model"


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "[]",
        card(schema_version=0),
        card(title=3),
        card(citation="a text"),
        card(preprocessing={}),
        card(preprocessing={"channels": "T1", "required": []}),
    ],
)
def test_a_card_that_cannot_be_shown_is_refused(roots: dict[str, Path], text: str) -> None:
    folder = add(roots["own"], "a")
    (folder / "model.json").write_text(text)
    with pytest.raises(BundleError, match="card"):
        read_card(folder)
