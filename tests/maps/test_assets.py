from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo.errors import NotFound
from maps import assets


@pytest.fixture
def bare_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A checkout in which npm did not run yet."""
    (tmp_path / "package.json").write_text(assets.own("package.json"), "utf-8")
    monkeypatch.setattr(assets, "_folder", lambda: tmp_path)
    assets.leaflet_js.cache_clear()
    assets.leaflet_css.cache_clear()
    yield tmp_path
    assets.leaflet_js.cache_clear()
    assets.leaflet_css.cache_clear()


def test_missing_leaflet_is_named_with_its_remedy(bare_folder: Path) -> None:
    with pytest.raises(NotFound, match=r"Leaflet 1\.9\.4.*npm ci --prefix maps/assets"):
        assets.leaflet_js()


def test_another_version_is_refused(bare_folder: Path) -> None:
    package = bare_folder / "node_modules" / "leaflet"
    package.mkdir(parents=True)
    (package / "package.json").write_text(json.dumps({"version": "1.7.1"}), "utf-8")
    with pytest.raises(NotFound, match=r"是 1\.7\.1 版，需要 1\.9\.4 版"):
        assets.leaflet_css()


def test_half_an_install_is_refused(bare_folder: Path) -> None:
    package = bare_folder / "node_modules" / "leaflet"
    package.mkdir(parents=True)
    (package / "package.json").write_text(json.dumps({"version": "1.9.4"}), "utf-8")
    with pytest.raises(NotFound, match=r"缺少 dist/leaflet\.js"):
        assets.leaflet_js()


def test_leaflet_carries_its_pictures_and_no_source_map() -> None:
    assert "url(images/" not in assets.leaflet_css()
    assert assets.leaflet_css().count("data:image/png;base64,") == 3
    assert "sourceMappingURL" not in assets.leaflet_js()
    assert "Leaflet 1.9.4" in assets.leaflet_js()


def test_the_lock_names_no_address() -> None:
    lock = json.loads(assets.own("package-lock.json"))
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    assert lock["packages"]["node_modules/leaflet"]["integrity"].startswith("sha512-")
