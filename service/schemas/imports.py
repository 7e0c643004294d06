"""Files that were sent to be imported, rows held back, names that wait, changes."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.schemas.common import Answer, Words
from service.schemas.jobs import JobId, JobProblem

Verdict = Literal["loaded", "unchanged", "warned", "quarantined", "skipped"]
UploadState = Literal["checking", "asking", "checked", "importing", "done", "failed"]
FileKind = Literal[
    "divisions", "compounds", "areas", "ledger", "committees", "companies", "projects", "barriers",
    "roads", "gates",
]  # fmt: skip
ImportId = Annotated[str, Field(examples=["0f1e2d3c4b5a69788796a5b4c3d2e1f0"])]


class Sent(BaseModel):
    """A file was taken: its import, and the job that checks it."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    import_: ImportId = Field(alias="import")
    job: JobId


class ColumnAnswer(Answer):
    """A column of the file, and what it was taken for."""

    header: str = Field(examples=["建筑面积(㎡)"])
    column: str | None = Field(description="我们的列名。Our column.", examples=["floor_area_m2"])
    title: str | None
    required: bool
    kept_as: Literal["column", "note", "personal", "dropped"]
    samples: list[str] = Field(description="若干值；个人信息列没有。None of personal data.")


class RuleCount(Answer):
    """How often a rule had something to say."""

    rule: str
    severity: Literal["warned", "quarantined", "skipped"]
    name: Words
    meaning: Words
    findings: int
    rows: int


class Notice(Answer):
    """Something to say about the whole file."""

    rule: str
    message: str


class Summary(Answer):
    """What the check found, without its rows."""

    kind: FileKind
    file: str
    change: int | None
    dry_run: bool
    rows: int
    verdicts: dict[Verdict, int] = Field(description="各结果的行数，合计为读取行数。They add up.")
    retracted: int
    crs: str | None
    datum: dict[str, Any] | None = Field(
        description="declared asked detected candidates applied notice"
    )
    extra_columns: list[str]
    personal_columns_dropped: list[str]
    columns_not_saved: list[str]
    sheets_not_read: list[str]
    made_up: bool
    notices: list[Notice]
    matched: int
    edited: int
    rules: list[RuleCount]
    columns: list[ColumnAnswer]
    annotated_limits: list[str] = Field(default_factory=list)


class Question(Answer):
    """What only a person can tell; answered by PATCH with one of the choices' members."""

    about: Literal["kind", "datum", "again"]
    message: str
    remedy: str
    choices: list[dict[str, Any]]


class ImportAnswer(Answer):
    """A file that was sent, and how far it is."""

    id: ImportId
    file: str = Field(examples=["五华区小区台账.xlsx"])
    bytes: int
    sha256: str
    author: str
    at: dt.datetime
    expires_at: dt.datetime
    kind: FileKind | None
    options: dict[str, Any]
    state: UploadState
    job: JobId | None
    summary: Summary | None
    question: Question | None
    problem: JobProblem | None
    known_change: int | None = Field(
        description="检查时登记库的最后变更。The register's last change when it was checked."
    )
    register_changed: bool = Field(
        description="检查之后登记库又有变更。Whether the register changed since."
    )
    change: int | None = Field(description="导入后的变更编号。The change, once imported.")
    annotatable: bool = Field(description="有标注副本。Whether there is an annotated copy.")


class ImportList(Answer):
    """A page of imports, newest first."""

    items: list[ImportAnswer]
    total: int
    next: str | None


class FindingAnswer(Answer):
    """One thing to say about one row."""

    severity: Literal["warned", "quarantined", "skipped"]
    rule: str
    name: Words
    column: str
    value: str
    message: str
    remedy: str


class RowAnswer(Answer):
    """A row of the file, and what becomes of it."""

    position: int
    sheet: str
    row: int
    code: str | None
    name: str | None
    verdict: Verdict
    findings: list[FindingAnswer]


class RowList(Answer):
    """A page of rows, in the file's order."""

    items: list[RowAnswer]
    total: int
    next: str | None


class HeldAnswer(Answer):
    """A row that an import held back."""

    id: int
    kind: FileKind
    change: int
    file: str
    sheet: str
    row: int
    subject: str | None
    division: str | None
    cells: dict[str, Any]
    has_shape: bool
    problems: list[dict[str, Any]]
    candidates: list[dict[str, Any]]


class HeldList(Answer):
    """A page of rows held back, oldest first."""

    items: list[HeldAnswer]
    total: int
    next: str | None


class Recorded(Answer):
    """A change was made; null where it was known already or only tried."""

    change: int | None


class Released(BaseModel):
    """What became of corrected rows: all went in, or none."""

    model_config = ConfigDict(extra="forbid")

    change: int | None
    dry_run: bool
    refused: bool
    ids: list[int]
    verdicts: dict[Verdict, int]
    findings: list[dict[str, Any]]
    left: int = Field(default=0, description="工作簿中未改动的行。Rows of a workbook left alone.")


class Side(Answer):
    """One side of a match, with its place."""

    code: str | None
    name: str | None
    division: str | None
    point: list[float] | None = Field(description="lon, lat")
    shape: dict[str, Any] | None = Field(description="GeoJSON")


class MatchCandidate(Side):
    """What the other side may be, with why."""

    score: float | None
    reasons: list[str]


class MatchAnswer(Answer):
    """A name that waits for a decision."""

    id: str = Field(description="row-编号 或 pair-编码。row-NUMBER or pair-CODE.")
    kind: Literal["row", "pair"]
    verdict: str | None = Field(description="auto review; rows: null")
    file: str | None
    sheet: str | None
    row: int | None
    side: Side
    candidates: list[MatchCandidate]


class MatchList(Answer):
    """A page of names that wait."""

    items: list[MatchAnswer]
    total: int
    next: str | None


class Matched(Answer):
    """What a decision recorded."""

    change: int | None
    released: list[int]
    codes: list[str]


class ChangeAnswer(Answer):
    """A change of the register."""

    number: int
    at: dt.datetime
    author: str
    kind: str
    file: str | None
    sha256: str | None
    made_up: bool
    parameters: dict[str, Any]
    counts: dict[str, int]
    undoes: int | None
    undone_by: int | None


class ChangeList(Answer):
    """A page of changes, newest first."""

    items: list[ChangeAnswer]
    total: int
    next: str | None
