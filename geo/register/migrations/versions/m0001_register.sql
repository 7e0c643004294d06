-- The register of wuye, version 0.1: tables, constraints and indexes. Frozen: later changes are later migrations.
create extension if not exists postgis;
create extension if not exists btree_gist;

CREATE TABLE change (
    number BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    author TEXT NOT NULL,
    kind TEXT NOT NULL,
    file TEXT,
    sha256 TEXT,
    made_up BOOLEAN NOT NULL,
    parameters JSONB NOT NULL,
    counts JSONB NOT NULL,
    undoes BIGINT,
    PRIMARY KEY (number),
    FOREIGN KEY(undoes) REFERENCES change (number)
);
CREATE INDEX change_sha256 ON change (sha256);

CREATE TABLE snapshot (
    id TEXT NOT NULL,
    as_of DATE NOT NULL,
    made_up BOOLEAN NOT NULL,
    join_version INTEGER NOT NULL,
    compounds INTEGER NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE barrier (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT,
    geom geometry(GEOMETRY,4490) NOT NULL,
    valid DATERANGE NOT NULL,
    known INT8RANGE NOT NULL,
    change BIGINT NOT NULL,
    sheet TEXT,
    row INTEGER,
    inherited JSONB,
    access_division TEXT,
    PRIMARY KEY (id),
    CONSTRAINT barrier_kind_known_term CHECK (kind in ('铁路', '高速路', '河流', '主干道', '通道')),
    CONSTRAINT barrier_valid_some_time CHECK (not isempty(valid)),
    CONSTRAINT barrier_known CHECK (not isempty(known) and not lower_inf(known)),
    CONSTRAINT barrier_geom_valid CHECK (geom is null or (st_isvalid(geom) and not st_isempty(geom))),
    CONSTRAINT barrier_one_fact_at_a_time EXCLUDE USING gist (hashtextextended(code, 0) WITH =, valid WITH &&, known WITH &&),
    FOREIGN KEY(change) REFERENCES change (number)
);
CREATE INDEX barrier_geom ON barrier USING gist (geom);
CREATE INDEX barrier_key ON barrier (code);
CREATE INDEX barrier_known_from ON barrier (lower(known));
CREATE INDEX barrier_known_to ON barrier (upper(known)) WHERE not upper_inf(known);

CREATE TABLE committee (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    subject_kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    filed_on DATE,
    term_from DATE,
    term_to DATE,
    ended_on DATE,
    seats SMALLINT,
    party_seats SMALLINT,
    community_seats SMALLINT,
    valid DATERANGE NOT NULL,
    known INT8RANGE NOT NULL,
    change BIGINT NOT NULL,
    sheet TEXT,
    row INTEGER,
    inherited JSONB,
    access_division TEXT,
    PRIMARY KEY (id),
    CONSTRAINT committee_subject_kind_known_term CHECK (subject_kind in ('compound', 'area')),
    CONSTRAINT committee_kind_known_term CHECK (kind in ('业主委员会', '物业管理委员会')),
    CONSTRAINT committee_seats_range CHECK (seats >= 0),
    CONSTRAINT committee_party_seats_range CHECK (party_seats >= 0),
    CONSTRAINT committee_community_seats_range CHECK (community_seats >= 0),
    CONSTRAINT committee_valid_some_time CHECK (not isempty(valid)),
    CONSTRAINT committee_known CHECK (not isempty(known) and not lower_inf(known)),
    CONSTRAINT committee_one_fact_at_a_time EXCLUDE USING gist (hashtextextended(subject_kind || chr(31) || subject || chr(31) || kind, 0) WITH =, valid WITH &&, known WITH &&),
    FOREIGN KEY(change) REFERENCES change (number)
);
CREATE INDEX committee_key ON committee (subject_kind, subject, kind);
CREATE INDEX committee_known_from ON committee (lower(known));
CREATE INDEX committee_known_to ON committee (upper(known)) WHERE not upper_inf(known);

CREATE TABLE company (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    uscc TEXT NOT NULL,
    name TEXT,
    kind TEXT,
    division TEXT,
    party_members INTEGER,
    stars SMALLINT,
    rated_on DATE,
    notes JSONB,
    valid DATERANGE NOT NULL,
    known INT8RANGE NOT NULL,
    change BIGINT NOT NULL,
    sheet TEXT,
    row INTEGER,
    inherited JSONB,
    access_division TEXT,
    PRIMARY KEY (id),
    CONSTRAINT company_uscc_code CHECK (uscc ~ '^[0-9A-HJ-NP-RTUWXY]{18}$'),
    CONSTRAINT company_kind_known_term CHECK (kind in ('未核实', '市场', '国有', '公益')),
    CONSTRAINT company_division_code CHECK (division ~ '^[1-9][0-9]*$' and length(division) in (2, 4, 6, 9, 12)),
    CONSTRAINT company_party_members_range CHECK (party_members >= 0),
    CONSTRAINT company_stars_range CHECK (stars >= 0 and stars <= 5),
    CONSTRAINT company_valid_some_time CHECK (not isempty(valid)),
    CONSTRAINT company_known CHECK (not isempty(known) and not lower_inf(known)),
    CONSTRAINT company_one_fact_at_a_time EXCLUDE USING gist (hashtextextended(uscc, 0) WITH =, valid WITH &&, known WITH &&),
    FOREIGN KEY(change) REFERENCES change (number)
);
CREATE INDEX company_key ON company (uscc);
CREATE INDEX company_known_from ON company (lower(known));
CREATE INDEX company_known_to ON company (upper(known)) WHERE not upper_inf(known);

CREATE TABLE compound (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    name TEXT,
    aliases TEXT,
    division TEXT,
    address TEXT,
    built_year SMALLINT,
    delivered_on DATE,
    demolished_on DATE,
    floor_area_m2 NUMERIC(14, 2),
    households INTEGER,
    urban BOOLEAN,
    walled BOOLEAN,
    area TEXT,
    committee_state TEXT,
    in_ledger BOOLEAN,
    notes JSONB,
    valid DATERANGE NOT NULL,
    known INT8RANGE NOT NULL,
    change BIGINT NOT NULL,
    sheet TEXT,
    row INTEGER,
    inherited JSONB,
    access_division TEXT,
    PRIMARY KEY (id),
    CONSTRAINT compound_division_code CHECK (division ~ '^[1-9][0-9]*$' and length(division) in (2, 4, 6, 9, 12)),
    CONSTRAINT compound_built_year_range CHECK (built_year >= 1840 and built_year <= 2100),
    CONSTRAINT compound_floor_area_m2_range CHECK (floor_area_m2 >= 0),
    CONSTRAINT compound_households_range CHECK (households >= 0),
    CONSTRAINT compound_valid_some_time CHECK (not isempty(valid)),
    CONSTRAINT compound_known CHECK (not isempty(known) and not lower_inf(known)),
    CONSTRAINT compound_one_fact_at_a_time EXCLUDE USING gist (hashtextextended(code, 0) WITH =, valid WITH &&, known WITH &&),
    FOREIGN KEY(change) REFERENCES change (number)
);
CREATE INDEX compound_key ON compound (code);
CREATE INDEX compound_known_from ON compound (lower(known));
CREATE INDEX compound_known_to ON compound (upper(known)) WHERE not upper_inf(known);

CREATE TABLE compound_shape (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    geom geometry(MULTIPOLYGON,4490) NOT NULL,
    valid DATERANGE NOT NULL,
    known INT8RANGE NOT NULL,
    change BIGINT NOT NULL,
    sheet TEXT,
    row INTEGER,
    inherited JSONB,
    access_division TEXT,
    PRIMARY KEY (id),
    CONSTRAINT compound_shape_valid_some_time CHECK (not isempty(valid)),
    CONSTRAINT compound_shape_known CHECK (not isempty(known) and not lower_inf(known)),
    CONSTRAINT compound_shape_geom_valid CHECK (geom is null or (st_isvalid(geom) and not st_isempty(geom))),
    CONSTRAINT compound_shape_one_fact_at_a_time EXCLUDE USING gist (hashtextextended(code, 0) WITH =, valid WITH &&, known WITH &&),
    FOREIGN KEY(change) REFERENCES change (number)
);
CREATE INDEX compound_shape_geom ON compound_shape USING gist (geom);
CREATE INDEX compound_shape_key ON compound_shape (code);
CREATE INDEX compound_shape_known_from ON compound_shape (lower(known));
CREATE INDEX compound_shape_known_to ON compound_shape (upper(known)) WHERE not upper_inf(known);

CREATE TABLE division (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    geom geometry(MULTIPOLYGON,4490),
    valid DATERANGE NOT NULL,
    known INT8RANGE NOT NULL,
    change BIGINT NOT NULL,
    sheet TEXT,
    row INTEGER,
    inherited JSONB,
    access_division TEXT,
    PRIMARY KEY (id),
    CONSTRAINT division_code_code CHECK (code ~ '^[1-9][0-9]*$' and length(code) in (2, 4, 6, 9, 12)),
    CONSTRAINT division_valid_some_time CHECK (not isempty(valid)),
    CONSTRAINT division_known CHECK (not isempty(known) and not lower_inf(known)),
    CONSTRAINT division_geom_valid CHECK (geom is null or (st_isvalid(geom) and not st_isempty(geom))),
    CONSTRAINT division_one_fact_at_a_time EXCLUDE USING gist (hashtextextended(code, 0) WITH =, valid WITH &&, known WITH &&),
    FOREIGN KEY(change) REFERENCES change (number)
);
CREATE INDEX division_geom ON division USING gist (geom);
CREATE INDEX division_geom_12 ON division USING gist (geom) WHERE length(code) = 12;
CREATE INDEX division_geom_2 ON division USING gist (geom) WHERE length(code) = 2;
CREATE INDEX division_geom_4 ON division USING gist (geom) WHERE length(code) = 4;
CREATE INDEX division_geom_6 ON division USING gist (geom) WHERE length(code) = 6;
CREATE INDEX division_geom_9 ON division USING gist (geom) WHERE length(code) = 9;
CREATE INDEX division_key ON division (code);
CREATE INDEX division_known_from ON division (lower(known));
CREATE INDEX division_known_to ON division (upper(known)) WHERE not upper_inf(known);

CREATE TABLE management_area (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    name TEXT,
    filing_no TEXT,
    filed_on DATE,
    notes JSONB,
    geom geometry(MULTIPOLYGON,4490) NOT NULL,
    valid DATERANGE NOT NULL,
    known INT8RANGE NOT NULL,
    change BIGINT NOT NULL,
    sheet TEXT,
    row INTEGER,
    inherited JSONB,
    access_division TEXT,
    PRIMARY KEY (id),
    CONSTRAINT management_area_valid_some_time CHECK (not isempty(valid)),
    CONSTRAINT management_area_known CHECK (not isempty(known) and not lower_inf(known)),
    CONSTRAINT management_area_geom_valid CHECK (geom is null or (st_isvalid(geom) and not st_isempty(geom))),
    CONSTRAINT management_area_one_fact_at_a_time EXCLUDE USING gist (hashtextextended(code, 0) WITH =, valid WITH &&, known WITH &&),
    FOREIGN KEY(change) REFERENCES change (number)
);
CREATE INDEX management_area_geom ON management_area USING gist (geom);
CREATE INDEX management_area_key ON management_area (code);
CREATE INDEX management_area_known_from ON management_area (lower(known));
CREATE INDEX management_area_known_to ON management_area (upper(known)) WHERE not upper_inf(known);

CREATE TABLE party_instructor (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    uscc TEXT NOT NULL,
    assigned BOOLEAN NOT NULL,
    valid DATERANGE NOT NULL,
    known INT8RANGE NOT NULL,
    change BIGINT NOT NULL,
    sheet TEXT,
    row INTEGER,
    inherited JSONB,
    access_division TEXT,
    PRIMARY KEY (id),
    CONSTRAINT party_instructor_valid_some_time CHECK (not isempty(valid)),
    CONSTRAINT party_instructor_known CHECK (not isempty(known) and not lower_inf(known)),
    CONSTRAINT party_instructor_one_fact_at_a_time EXCLUDE USING gist (hashtextextended(uscc, 0) WITH =, valid WITH &&, known WITH &&),
    FOREIGN KEY(change) REFERENCES change (number)
);
CREATE INDEX party_instructor_key ON party_instructor (uscc);
CREATE INDEX party_instructor_known_from ON party_instructor (lower(known));
CREATE INDEX party_instructor_known_to ON party_instructor (upper(known)) WHERE not upper_inf(known);

CREATE TABLE party_organisation (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    uscc TEXT NOT NULL,
    form TEXT NOT NULL,
    valid DATERANGE NOT NULL,
    known INT8RANGE NOT NULL,
    change BIGINT NOT NULL,
    sheet TEXT,
    row INTEGER,
    inherited JSONB,
    access_division TEXT,
    PRIMARY KEY (id),
    CONSTRAINT party_organisation_form_known_term CHECK (form in ('未核实', '党委', '党总支', '党支部', '联合党支部', '无')),
    CONSTRAINT party_organisation_valid_some_time CHECK (not isempty(valid)),
    CONSTRAINT party_organisation_known CHECK (not isempty(known) and not lower_inf(known)),
    CONSTRAINT party_organisation_one_fact_at_a_time EXCLUDE USING gist (hashtextextended(uscc, 0) WITH =, valid WITH &&, known WITH &&),
    FOREIGN KEY(change) REFERENCES change (number)
);
CREATE INDEX party_organisation_key ON party_organisation (uscc);
CREATE INDEX party_organisation_known_from ON party_organisation (lower(known));
CREATE INDEX party_organisation_known_to ON party_organisation (upper(known)) WHERE not upper_inf(known);

CREATE TABLE project (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    name TEXT,
    uscc TEXT,
    areas TEXT[],
    contract_from DATE,
    contract_to DATE,
    staff INTEGER,
    spare_floor_area_m2 NUMERIC(14, 2),
    fee_yuan_m2_month NUMERIC(8, 2),
    collection_share NUMERIC(5, 4),
    notes JSONB,
    valid DATERANGE NOT NULL,
    known INT8RANGE NOT NULL,
    change BIGINT NOT NULL,
    sheet TEXT,
    row INTEGER,
    inherited JSONB,
    access_division TEXT,
    PRIMARY KEY (id),
    CONSTRAINT project_staff_range CHECK (staff >= 0),
    CONSTRAINT project_spare_floor_area_m2_range CHECK (spare_floor_area_m2 >= 0),
    CONSTRAINT project_fee_yuan_m2_month_range CHECK (fee_yuan_m2_month >= 0),
    CONSTRAINT project_collection_share_range CHECK (collection_share >= 0 and collection_share <= 1),
    CONSTRAINT project_valid_some_time CHECK (not isempty(valid)),
    CONSTRAINT project_known CHECK (not isempty(known) and not lower_inf(known)),
    CONSTRAINT project_one_fact_at_a_time EXCLUDE USING gist (hashtextextended(code, 0) WITH =, valid WITH &&, known WITH &&),
    FOREIGN KEY(change) REFERENCES change (number)
);
CREATE INDEX project_key ON project (code);
CREATE INDEX project_known_from ON project (lower(known));
CREATE INDEX project_known_to ON project (upper(known)) WHERE not upper_inf(known);

CREATE TABLE service_status (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    mode TEXT,
    project TEXT,
    evidence TEXT,
    evidence_on DATE,
    reported_on DATE,
    valid DATERANGE NOT NULL,
    known INT8RANGE NOT NULL,
    change BIGINT NOT NULL,
    sheet TEXT,
    row INTEGER,
    inherited JSONB,
    access_division TEXT,
    PRIMARY KEY (id),
    CONSTRAINT service_status_mode_known_term CHECK (mode in ('未核实', '市场化物业', '国有物业', '公益性物业', '社区托管', '社会组织', '居民自管', '无物业')),
    CONSTRAINT service_status_valid_some_time CHECK (not isempty(valid)),
    CONSTRAINT service_status_known CHECK (not isempty(known) and not lower_inf(known)),
    CONSTRAINT service_status_one_fact_at_a_time EXCLUDE USING gist (hashtextextended(code, 0) WITH =, valid WITH &&, known WITH &&),
    FOREIGN KEY(change) REFERENCES change (number)
);
CREATE INDEX service_status_key ON service_status (code);
CREATE INDEX service_status_known_from ON service_status (lower(known));
CREATE INDEX service_status_known_to ON service_status (upper(known)) WHERE not upper_inf(known);

CREATE TABLE snapshot_compound (
    snapshot TEXT NOT NULL,
    prefecture TEXT NOT NULL,
    code TEXT NOT NULL,
    name TEXT,
    division TEXT,
    built_year INTEGER,
    standing BOOLEAN NOT NULL,
    urban BOOLEAN NOT NULL,
    floor_area_m2 NUMERIC(14, 2),
    floor_area_imputed BOOLEAN NOT NULL,
    land_area_m2 NUMERIC(14, 2),
    mode TEXT NOT NULL,
    evidenced BOOLEAN NOT NULL,
    area TEXT,
    project TEXT,
    company TEXT,
    committee SMALLINT NOT NULL,
    interim BOOLEAN NOT NULL,
    party SMALLINT NOT NULL,
    flags TEXT[] NOT NULL,
    geom geometry(MULTIPOLYGON,4490),
    FOREIGN KEY(snapshot) REFERENCES snapshot (id)
)
 PARTITION BY LIST (prefecture);

CREATE TABLE snapshot_request (
    as_of DATE NOT NULL,
    known_change BIGINT NOT NULL,
    join_version INTEGER NOT NULL,
    snapshot TEXT NOT NULL,
    PRIMARY KEY (as_of, known_change, join_version),
    FOREIGN KEY(snapshot) REFERENCES snapshot (id)
);

create table snapshot_compound_other partition of snapshot_compound default;
create index snapshot_compound_key on snapshot_compound (snapshot, code);
create index snapshot_compound_geom on snapshot_compound using gist (geom);
