"""Where bundles are looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from RadioGenomicsLib.model import user_models
from RadioGenomicsLib.model.user_models import bundle_folders
from RadioGenomicsLib.model.user_models import user_models_folder


@pytest.fixture
def roots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    monkeypatch.setattr(user_models, "resource_path", lambda *_: tmp_path / "shipped")
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
