-- Roads that people walk along and gates of compounds: facts like any others (m0001, m0003).
CREATE TABLE road (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    kind TEXT,
    name TEXT,
    walked BOOLEAN,
    geom geometry(GEOMETRY,4490) NOT NULL,
    valid DATERANGE NOT NULL,
    known INT8RANGE NOT NULL,
    change BIGINT NOT NULL,
    sheet TEXT,
    row INTEGER,
    inherited JSONB,
    access_division TEXT,
    PRIMARY KEY (id),
    CONSTRAINT road_valid_some_time CHECK (not isempty(valid)),
    CONSTRAINT road_known CHECK (not isempty(known) and not lower_inf(known)),
    CONSTRAINT road_geom_valid CHECK (geom is null or (st_isvalid(geom) and not st_isempty(geom)))
);
CREATE INDEX road_geom ON road USING gist (geom);
CREATE INDEX road_key ON road (code);
CREATE INDEX road_known_from ON road USING brin (lower(known));
CREATE INDEX road_known_to ON road (upper(known)) WHERE not upper_inf(known);
CREATE TRIGGER one_fact_at_a_time AFTER INSERT ON road REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION keep_the_law('a.code', 'f.code = a.code');
CREATE TRIGGER still_one_fact_at_a_time AFTER UPDATE ON road REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION keep_the_law('a.code', 'f.code = a.code');

CREATE TABLE gate (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    compound TEXT NOT NULL,
    code TEXT NOT NULL,
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
    CONSTRAINT gate_valid_some_time CHECK (not isempty(valid)),
    CONSTRAINT gate_known CHECK (not isempty(known) and not lower_inf(known)),
    CONSTRAINT gate_geom_valid CHECK (geom is null or (st_isvalid(geom) and not st_isempty(geom)))
);
CREATE INDEX gate_geom ON gate USING gist (geom);
CREATE INDEX gate_key ON gate (compound, code);
CREATE INDEX gate_known_from ON gate USING brin (lower(known));
CREATE INDEX gate_known_to ON gate (upper(known)) WHERE not upper_inf(known);
CREATE TRIGGER one_fact_at_a_time AFTER INSERT ON gate REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION keep_the_law(
        'a.compound || chr(31) || a.code', 'f.compound = a.compound and f.code = a.code');
CREATE TRIGGER still_one_fact_at_a_time AFTER UPDATE ON gate REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION keep_the_law(
        'a.compound || chr(31) || a.code', 'f.compound = a.compound and f.code = a.code');
