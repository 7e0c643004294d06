"""The hazard corpus: small files, each bad in one way, with the verdicts that each must get.

``hazards/hazards.toml`` is the table, ``hazards/build.py`` makes the files.
"""

from __future__ import annotations

import runpy
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from geo.errors import WuyeError
from geo.intake.load import Options, import_file
from geo.intake.verdicts import Outcome
from geo.register.store import Register

FOLDER = Path(__file__).parent / "hazards"
HAZARDS: list[dict[str, Any]] = tomllib.loads((FOLDER / "hazards.toml").read_text("utf-8"))[
    "hazard"
]
LEAST_FILES = 40
MOST_BYTES = 1_000_000


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build every file once."""
    folder = tmp_path_factory.mktemp("hazards")
    runpy.run_path(str(FOLDER / "build.py"))["build"](folder)
    return folder


def options(hazard: dict[str, Any], **words: Any) -> Options:
    return Options(author="test", **hazard.get("options", {}), **words)


def answer(outcome: Outcome) -> dict[str, Any]:
    """What the table speaks of, from what the import said."""
    assert sum(outcome.counts.values()) == len(outcome.verdicts)
    assert all(item.remedy for item in outcome.findings.found)
    return {
        "exit": outcome.exit_code,
        "verdicts": {name: count for name, count in outcome.counts.items() if count},
        "rules": dict(sorted(Counter(item.rule for item in outcome.findings.found).items())),
    }


def expected(hazard: dict[str, Any]) -> dict[str, Any]:
    return {
        "exit": hazard["exit"],
        "verdicts": hazard["verdicts"],
        "rules": dict(sorted(hazard.get("rules", {}).items())),
    }


def prepare(register: Register, hazard: dict[str, Any], corpus: Path) -> None:
    for earlier in hazard.get("after", []):
        done = import_file(register, earlier["kind"], corpus / earlier["file"], options(earlier))
        assert done.change is not None


@pytest.mark.parametrize(
    "hazard", [item for item in HAZARDS if item["exit"] != 1], ids=lambda item: item["file"]
)
def test_hazard_gets_its_verdicts(
    new_register: Callable[[], Register], corpus: Path, hazard: dict[str, Any]
) -> None:
    register = new_register()
    prepare(register, hazard, corpus)
    before = len(register.changes())
    path = corpus / hazard["file"]
    tried = import_file(register, hazard["kind"], path, options(hazard, dry_run=True))
    assert tried.change is None
    assert len(register.changes()) == before
    outcome = import_file(register, hazard["kind"], path, options(hazard))
    assert answer(outcome) == expected(hazard)
    assert answer(tried) == answer(outcome)
    for word in hazard.get("says", []):
        assert word in str(outcome.as_json())
    # Once more: nothing new, and what is held is held still.
    again = import_file(register, hazard["kind"], path, options(hazard))
    assert again.change is None
    assert again.counts["loaded"] == again.counts["warned"] == 0
    assert again.counts["quarantined"] == outcome.counts["quarantined"]


@pytest.mark.parametrize(
    "hazard", [item for item in HAZARDS if item["exit"] == 1], ids=lambda item: item["file"]
)
def test_hazard_is_refused_in_words(
    new_register: Callable[[], Register], corpus: Path, hazard: dict[str, Any]
) -> None:
    register = new_register()
    prepare(register, hazard, corpus)
    before = len(register.changes())
    with pytest.raises(WuyeError) as caught:
        import_file(register, hazard["kind"], corpus / hazard["file"], options(hazard))
    assert caught.value.exit_code == 1
    assert hazard["message"] in caught.value.message
    assert Path(hazard["file"]).name in caught.value.message
    assert caught.value.remedy
    assert len(register.changes()) == before


def test_corpus_is_large_enough_small_enough_and_all_used(corpus: Path) -> None:
    names = [item["file"] for item in HAZARDS]
    assert len(names) == len(set(names)) >= LEAST_FILES
    used = set(names) | {earlier["file"] for item in HAZARDS for earlier in item.get("after", [])}
    built = set(runpy.run_path(str(FOLDER / "build.py"))["builders"]())
    assert used == built
    assert sum(path.stat().st_size for path in corpus.rglob("*") if path.is_file()) < MOST_BYTES
