-- Saved plans, takeover cases and their steps, as of version 0.2.
CREATE TABLE plan (
    id TEXT NOT NULL,
    digest TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    division TEXT,
    parameters JSONB NOT NULL,
    result JSONB NOT NULL,
    author TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id, digest)
);
CREATE INDEX plan_at ON plan (at);

CREATE TABLE takeover_case (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    number BIGINT NOT NULL,
    compound TEXT NOT NULL,
    project TEXT NOT NULL,
    plan TEXT,
    suggestion JSONB,
    known INT8RANGE NOT NULL,
    change BIGINT NOT NULL,
    access_division TEXT,
    PRIMARY KEY (id),
    CONSTRAINT takeover_case_known CHECK (not isempty(known) and not lower_inf(known)),
    FOREIGN KEY(change) REFERENCES change (number)
);
CREATE UNIQUE INDEX takeover_case_number ON takeover_case (number) WHERE upper_inf(known);
CREATE INDEX takeover_case_compound ON takeover_case (compound);

CREATE TABLE case_step (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    case_number BIGINT NOT NULL,
    place SMALLINT NOT NULL,
    state TEXT NOT NULL,
    at DATE NOT NULL,
    author TEXT NOT NULL,
    reason TEXT,
    evidence TEXT,
    figures JSONB NOT NULL,
    known INT8RANGE NOT NULL,
    change BIGINT NOT NULL,
    access_division TEXT,
    PRIMARY KEY (id),
    CONSTRAINT case_step_state_known_term CHECK (state in ('建议', '街道受理', '企业意愿', '征求意见', '表决', '合同', '承接查验', '进场', '否决', '搁置', '恢复')),
    CONSTRAINT case_step_has_reason CHECK (state not in ('否决', '搁置') or reason is not null),
    CONSTRAINT case_step_known CHECK (not isempty(known) and not lower_inf(known)),
    FOREIGN KEY(change) REFERENCES change (number)
);
CREATE UNIQUE INDEX case_step_place ON case_step (case_number, place) WHERE upper_inf(known);

-- Written once: all that may happen to a row afterwards is that an undo closes its known range.
create function written_once() returns trigger language plpgsql as $once$
begin
    if tg_op = 'UPDATE' and upper_inf(old.known) and not upper_inf(new.known)
            and lower(new.known) = lower(old.known)
            and to_jsonb(new) - 'known' = to_jsonb(old) - 'known' then
        return new;
    end if;
    raise exception using errcode = 'restrict_violation', table = tg_table_name,
        message = format('a row of %s is written once', tg_table_name);
end
$once$;
create trigger written_once before update or delete on takeover_case
    for each row execute function written_once();
create trigger written_once before update or delete on case_step
    for each row execute function written_once();
