-- Rows held back, names and codes that mean one compound, as of version 0.2.
CREATE TABLE compound_alias (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    alias TEXT NOT NULL,
    accepted BOOLEAN NOT NULL,
    division TEXT,
    valid DATERANGE NOT NULL,
    known INT8RANGE NOT NULL,
    change BIGINT NOT NULL,
    sheet TEXT,
    row INTEGER,
    inherited JSONB,
    access_division TEXT,
    PRIMARY KEY (id),
    CONSTRAINT compound_alias_division_code CHECK (division ~ '^[1-9][0-9]*$' and length(division) in (2, 4, 6, 9, 12)),
    CONSTRAINT compound_alias_valid_some_time CHECK (not isempty(valid)),
    CONSTRAINT compound_alias_known CHECK (not isempty(known) and not lower_inf(known)),
    CONSTRAINT compound_alias_one_fact_at_a_time EXCLUDE USING gist (hashtextextended(code || chr(31) || alias, 0) WITH =, valid WITH &&, known WITH &&),
    FOREIGN KEY(change) REFERENCES change (number)
);
CREATE INDEX compound_alias_key ON compound_alias (code, alias);
CREATE INDEX compound_alias_known_from ON compound_alias (lower(known));
CREATE INDEX compound_alias_known_to ON compound_alias (upper(known)) WHERE not upper_inf(known);

CREATE TABLE compound_code (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    same_as TEXT NOT NULL,
    valid DATERANGE NOT NULL,
    known INT8RANGE NOT NULL,
    change BIGINT NOT NULL,
    sheet TEXT,
    row INTEGER,
    inherited JSONB,
    access_division TEXT,
    PRIMARY KEY (id),
    CONSTRAINT compound_code_valid_some_time CHECK (not isempty(valid)),
    CONSTRAINT compound_code_known CHECK (not isempty(known) and not lower_inf(known)),
    CONSTRAINT compound_code_one_fact_at_a_time EXCLUDE USING gist (hashtextextended(code, 0) WITH =, valid WITH &&, known WITH &&),
    FOREIGN KEY(change) REFERENCES change (number)
);
CREATE INDEX compound_code_key ON compound_code (code);
CREATE INDEX compound_code_known_from ON compound_code (lower(known));
CREATE INDEX compound_code_known_to ON compound_code (upper(known)) WHERE not upper_inf(known);

CREATE TABLE held_row (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    digest TEXT NOT NULL,
    kind TEXT NOT NULL,
    change BIGINT NOT NULL,
    file TEXT NOT NULL,
    sheet TEXT NOT NULL,
    row INTEGER NOT NULL,
    subject TEXT,
    cells JSONB NOT NULL,
    shape BYTEA,
    problems JSONB NOT NULL,
    closed_by BIGINT,
    closed_as TEXT,
    access_division TEXT,
    PRIMARY KEY (id),
    CONSTRAINT held_row_closed CHECK (closed_as in ('released', 'dismissed', 'superseded', 'undone') and closed_by is not null or closed_as is null and closed_by is null),
    FOREIGN KEY(change) REFERENCES change (number),
    FOREIGN KEY(closed_by) REFERENCES change (number)
);
CREATE UNIQUE INDEX held_row_digest ON held_row (digest) WHERE closed_by is null;
CREATE INDEX held_row_subject ON held_row (kind, subject) WHERE closed_by is null;

