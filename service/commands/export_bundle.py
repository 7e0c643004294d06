"""``wuye export key``, ``export bundle`` and ``wuye verify``: exports that prove what they are."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from geo.action_plan import action_plan
from geo.bundle.keys import fingerprint, make_key, private_key, public_key
from geo.bundle.manifest import write_bundle
from geo.bundle.verify import Verdict, verify
from geo.terms import MADE_UP
from service.options import (
    AsOf,
    Band,
    BasisOption,
    Json,
    KnownAt,
    PopulationOption,
    WithInterim,
    definition_of,
    snapshot_asked,
)
from service.output import out, print_json
from service.settings import Settings
from service.workspace import Workspace

Key = Annotated[
    Path | None, typer.Option("--key", help="私钥文件；默认数据目录下的 keys/signing.pem。")
]


def key_of(path: Path | None) -> Path:
    """Give the private key's file: the one named, or that of the data folder."""
    return path or Workspace(Settings()).home / "keys" / "signing.pem"


def export_key(key: Key = None, as_json: Json = False) -> None:
    """Make a key pair for signing bundles."""
    path = key_of(key)
    public = make_key(path)
    words = fingerprint(public_key(public.read_bytes(), public.name))
    if as_json:
        print_json({"private": str(path), "public": str(public), "fingerprint": words})
        return
    out.print(f"私钥 {path}（仅本人可读，请勿外传）", highlight=False, soft_wrap=True)
    out.print(f"公钥 {public}（交给接收方）", highlight=False, soft_wrap=True)
    out.print(f"指纹 {words}", highlight=False)


def export_bundle(
    folder: Annotated[Path, typer.Argument(help="放着导出文件的文件夹；清单与签名写在其中。")],
    as_of: AsOf = None,
    known_at: KnownAt = None,
    band: Band = "A",
    basis: BasisOption = "floor",
    population: PopulationOption = "urban",
    with_interim: WithInterim = False,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Write manifest and signature into a folder of exports."""
    signing = private_key(key_of(key))
    snapshot = snapshot_asked(Workspace(Settings()).snapshots, as_of, known_at)
    definition = definition_of(band, basis, population, with_interim=with_interim)
    manifest = write_bundle(
        folder,
        signing,
        {
            "snapshot": snapshot.id,
            "as_of": snapshot.as_of.isoformat(),
            "made_up": snapshot.made_up,
            "data": MADE_UP if snapshot.made_up else "登记数据",
            "definitions": [definition.as_json()],
            "plan": {"title": action_plan().title, "version": action_plan().version},
            "software": f"wuye-atlas {version('wuye-atlas')}",
        },
    )
    if as_json:
        print_json(manifest)
        return
    count, size = len(manifest["files"]), sum(item["bytes"] for item in manifest["files"])
    out.print(f"已为 {count} 个文件（{size / 1e6:.1f} MB）写入清单与签名。", highlight=False)
    out.print(f"快照 {snapshot.id[:12]} · 口径 {definition.id}", highlight=False)
    out.print(f"密钥指纹 {fingerprint(signing.public_key())}", highlight=False)


def verify_bundle(
    folder: Annotated[Path, typer.Argument(help="要核验的文件夹。")],
    public: Annotated[
        Path | None, typer.Option("--public-key", help="制作方交给你的公钥；否则用包里的。")
    ] = None,
    as_json: Json = False,
) -> None:
    """Verify a bundle: no server, no database."""
    found = verify(folder, public)
    if as_json:
        print_json(
            {
                "passed": found.passed, "signed": found.signed, "trusted_key": found.trusted,
                "fingerprint": found.fingerprint, "missing": found.missing, "extra": found.extra,
                "changed": found.changed, "snapshot": found.manifest.get("snapshot"),
                "definitions": found.manifest.get("definitions"),
            }
        )  # fmt: skip
    else:
        _show(folder, found)
    if not found.passed:
        raise typer.Exit(1)


def _show(folder: Path, found: Verdict) -> None:
    manifest = found.manifest
    mark = f"【{MADE_UP}】" if manifest.get("made_up") else ""
    out.print(
        f"{mark}{folder}：截至 {manifest.get('as_of')} · 快照 {str(manifest.get('snapshot'))[:12]}"
        f" · {manifest.get('software')}",
        highlight=False, soft_wrap=True,
    )  # fmt: skip
    for label, names in (
        ("缺少", found.missing), ("多出", found.extra), ("已改动", found.changed),
    ):  # fmt: skip
        for name in names:
            out.print(f"  {label}：{name}", highlight=False, soft_wrap=True)
    if not found.signed:
        out.print("  签名不符：清单不是这把密钥签的，或签名后被改过。", highlight=False)
    out.print(f"  密钥指纹 {found.fingerprint}", highlight=False)
    if not found.trusted:
        out.print("  公钥取自包内：请与制作方核对指纹，或用 --public-key。", highlight=False)
    out.print("核验通过。" if found.passed else "核验未通过。", highlight=False)
