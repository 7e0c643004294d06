"""Files checked and imported by jobs. What a check writes into the register is rolled back."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from geo.errors import InputError, SupersededFile, UnsettledDatum, WuyeError
from geo.intake.columns import TITLES
from geo.intake.load import check_call, import_table
from geo.intake.read import read
from geo.intake.verdicts import Outcome
from geo.intake.which_kind import which_kind
from service.jobs import child, uploads
from service.jobs.found import summary_of, write_found
from service.jobs.uploads import Upload
from service.jobs.work import Cancelled, Work
from service.remedies import on_screen, outcome_on_screen

STEPS: Final = 6

KIND_QUESTION: Final = ("看不出是哪一类文件。", "请选择文件的类型。")


def check(work: Work, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """Try a file out: ``{upload}`` gives ``{import, state}``; all else stands with the upload.

    What only a person can tell (which kind, which datum, whether an old file may replace newer
    content) is no failure: the upload then asks.
    """
    identity = parameters["upload"]
    upload = _read(work, identity)
    known_change = work.register.known_change()
    try:
        kind, likely = _kind(work, upload)
        if kind is None:
            return _ask(work, upload, "kind", *KIND_QUESTION, choices=[
                {"kind": name, "title": TITLES[name]} for name in likely
            ])  # fmt: skip
        outcome = _import(work, _with_kind(work, upload, kind), dry_run=True)
        found = _write(work, upload, outcome)
    except UnsettledDatum as error:
        return _ask(work, upload, "datum", error.message, error.remedy, choices=error.choices)
    except SupersededFile as error:
        return _ask(work, upload, "again", error.message, error.remedy, choices=[{"again": True}])
    except WuyeError as error:
        said = child.problem_of(error)
        _tell(work, upload, state="failed", problem=said)
        raise
    _tell(work, upload, state="checked", kind=kind, known_change=known_change, **found)
    return {"import": identity, "state": "checked", "verdicts": outcome.counts}


def load(work: Work, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """Import a file that was checked: ``{upload}`` gives ``{import, change, verdicts}``."""
    identity = parameters["upload"]
    upload = _read(work, identity)
    try:
        outcome = _import(work, upload, dry_run=False)
    except WuyeError as error:
        _tell(work, upload, state="failed", problem=child.problem_of(error))
        raise
    _tell(work, upload, state="done", change=outcome.change)
    try:
        found = _write(work, upload, outcome)
    except (Cancelled, OSError):  # it is in the register: only the reports of its check remain
        found = {"summary": summary_of(outcome)}
    _tell(work, upload, state="done", change=outcome.change, **found)
    return {"import": identity, "change": outcome.change, "verdicts": outcome.counts}


def settle(work: Work, change: int, parameters: dict[str, Any]) -> Mapping[str, Any]:
    """Give the result of an import that was committed before its worker died."""
    upload = _read(work, parameters["upload"])
    _tell(work, upload, state="done", change=change)
    return {"import": upload.id, "change": change, "resumed": True}


def _read(work: Work, identity: str) -> Upload:
    return uploads.read(work.connection, identity)


def _tell(work: Work, upload: Upload, **words: Any) -> None:
    uploads.tell(work.connection, upload.id, work.job.id, **words)


def _ask(
    work: Work, upload: Upload, about: str, message: str, remedy: str, *, choices: Any
) -> Mapping[str, Any]:
    """Leave the upload with a question."""
    question = {
        "about": about, "message": message, "remedy": on_screen(remedy),
        "choices": [dict(c) for c in choices],
    }  # fmt: skip
    _tell(work, upload, state="asking", question=question)
    return {"import": upload.id, "state": "asking"}


def _kind(work: Work, upload: Upload) -> tuple[str | None, tuple[str, ...]]:
    if upload.kind is not None:
        return upload.kind, ()
    work.tell(0, STEPS, "识别文件类型", "Telling the kind of file")
    guess = which_kind(upload.source(work.home))
    return guess.kind, guess.likely


def _with_kind(work: Work, upload: Upload, kind: str) -> Upload:
    if upload.kind == kind:
        return upload
    _tell(work, upload, state="checking", kind=kind)
    return _read(work, upload.id)


def _import(work: Work, upload: Upload, *, dry_run: bool) -> Outcome:
    """Run the intake, telling its steps; what was found is in the words of a screen."""
    kind, path = str(upload.kind), upload.source(work.home)
    options = upload.call(work.author, dry_run=dry_run)
    check_call(kind, options)
    work.tell(0, STEPS, "读取文件", "Reading the file")
    if _sha256(path) != upload.sha256:
        raise InputError(f"{upload.file} 在上传之后被改动。", "请重新上传。")
    raw = read(path, kind, options.headers, options.layer, options.constants)
    work.tell(1, STEPS, f"核对 {len(raw):,} 行", f"Checking {len(raw):,} rows")
    writes = ("试写入（随后撤回）", "Trying to write") if dry_run else ("写入登记库", "Writing")
    work.register.on_write = lambda: work.tell(2, STEPS, *writes)
    return outcome_on_screen(
        import_table(work.register, kind, raw, upload.file, upload.sha256, options)
    )


def _write(work: Work, upload: Upload, outcome: Outcome) -> dict[str, Any]:
    """Write what was found into a folder of this job's; give what to keep of it."""
    own = upload.folder(work.home) / work.job.id
    shutil.rmtree(own, ignore_errors=True)
    work.tell(3, STEPS, "写出报告", "Writing the reports")
    limits = write_found(
        own, work.register, upload.source(work.home), outcome,
        lambda done: work.tell(3 + done, STEPS, "写出报告", "Writing the reports"),
    )  # fmt: skip
    return {"result": own.name, "summary": {**summary_of(outcome), "annotated_limits": limits}}


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise InputError(f"上传的文件 {path.name} 已不在。", "请重新上传。") from None
