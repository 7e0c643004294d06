"""A bundle is verified by hashes and a signature that are computed here by other means too."""

from __future__ import annotations

import base64
import json
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def bundle(command: Command, tmp_path: Path) -> Path:
    assert command("export", "key", "--key", "k.pem")[0] == 0
    assert command("export", "data", "包", "--as-of", "2025-12-31", "--format", "csv,xlsx")[0] == 0
    code, _, err = command("export", "bundle", "包", "--as-of", "2025-12-31", "--key", "k.pem")
    assert code == 0, err
    return tmp_path / "包"


def test_private_key_is_its_owners_alone_and_never_shown(command: Command, tmp_path: Path) -> None:
    code, out, err = command("export", "key", "--key", "k.pem")
    assert code == 0
    secret = (tmp_path / "k.pem").read_text().splitlines()[1]
    assert stat.S_IMODE((tmp_path / "k.pem").stat().st_mode) == 0o600
    assert secret not in out + err + (tmp_path / "k.pem.pub").read_text()
    assert command("export", "key", "--key", "k.pem")[0] == 2
    assert (tmp_path / "k.pem").read_text().splitlines()[1] == secret
    (tmp_path / "k.pem").chmod(0o644)
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.txt").write_text("x", "utf-8")
    assert command("export", "bundle", "d", "--key", "k.pem")[0] == 1


def test_whole_bundle_passes_everywhere(
    bundle: Path, command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Neither server nor database: an address that nobody answers at.
    monkeypatch.setenv("WUYE_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    moved = tmp_path / "别处"
    shutil.copytree(bundle, moved)
    code, out, err = command("verify", "别处", "--public-key", "k.pem.pub", "--json")
    assert code == 0, err
    words = json.loads(out)
    assert (words["passed"], words["trusted_key"]) == (True, True)
    # The same by sha256sum and openssl.
    manifest = json.loads((moved / "manifest.json").read_text("utf-8"))
    assert {item["path"] for item in manifest["files"]} == {
        path.name for path in moved.iterdir() if not path.name.startswith("manifest.")
    }
    lines = "\n".join(f"{item['sha256']}  {item['path']}" for item in manifest["files"])
    subprocess.run(["sha256sum", "--check", "--quiet"], input=lines.encode(), cwd=moved, check=True)
    (tmp_path / "sig").write_bytes(base64.b64decode((moved / "manifest.sig").read_bytes()))
    subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", tmp_path / "k.pem.pub", "-rawin",
         "-in", moved / "manifest.json", "-sigfile", tmp_path / "sig"],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def test_each_file_at_fault_is_named(bundle: Path, command: Command) -> None:
    (bundle / "compounds.csv").unlink()
    (bundle / "新.txt").write_text("x", "utf-8")
    with (bundle / "wuye.xlsx").open("r+b") as file:
        file.seek(100)
        file.write(b"\0")
    code, out, _ = command("verify", "包", "--json")
    words = json.loads(out)
    assert (code, words["missing"], words["extra"], words["changed"]) == (
        1, ["compounds.csv"], ["新.txt"], ["wuye.xlsx"],
    )  # fmt: skip
    assert words["signed"]


def test_a_manifest_that_was_changed_or_signed_by_another_fails(
    bundle: Path, command: Command
) -> None:
    path = bundle / "manifest.json"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace('"made_up": true', '"made_up": false').replace("A-floor", "B-floor"), "utf-8"
    )
    assert command("verify", "包")[0] == 1
    path.write_text(text, "utf-8")
    assert command("verify", "包")[0] == 0
    command("export", "key", "--key", "other.pem")
    code, out, _ = command("verify", "包", "--public-key", "other.pem.pub")
    assert code == 1
    assert "签名不符" in out
    (bundle / "manifest.sig").unlink()
    assert command("verify", "包")[0] == 1


def test_one_snapshot_a_bundle(bundle: Path, command: Command) -> None:
    code, _, err = command("export", "bundle", "包", "--as-of", "2024-12-31", "--key", "k.pem")
    assert code == 2
    assert "快照" in err
