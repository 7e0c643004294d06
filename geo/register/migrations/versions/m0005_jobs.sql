-- Jobs with their progress, and files that were sent to be imported, as of version 0.3.
CREATE TABLE job (
    id TEXT NOT NULL,
    number BIGINT GENERATED ALWAYS AS IDENTITY,
    kind TEXT NOT NULL,
    parameters JSONB NOT NULL,
    state TEXT NOT NULL,
    done BIGINT NOT NULL,
    of BIGINT NOT NULL,
    words JSONB NOT NULL,
    result JSONB,
    problem JSONB,
    author TEXT NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    cancel BOOLEAN NOT NULL,
    attempts SMALLINT NOT NULL,
    version BIGINT NOT NULL,
    task BIGINT,
    change BIGINT,
    PRIMARY KEY (id),
    CONSTRAINT job_state_known_term CHECK (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
    CONSTRAINT job_ended_when_it_ended CHECK ((ended_at is not null) = (state in ('done', 'failed', 'cancelled'))),
    FOREIGN KEY(change) REFERENCES change (number)
);
CREATE UNIQUE INDEX job_number ON job (number);

CREATE TABLE upload (
    id TEXT NOT NULL,
    number BIGINT GENERATED ALWAYS AS IDENTITY,
    file TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    author TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    kind TEXT,
    options JSONB NOT NULL,
    state TEXT NOT NULL,
    job TEXT,
    result TEXT,
    summary JSONB,
    question JSONB,
    problem JSONB,
    known_change BIGINT,
    change BIGINT,
    PRIMARY KEY (id),
    CONSTRAINT upload_state_known_term CHECK (state in ('checking', 'asking', 'checked', 'importing', 'done', 'failed')),
    FOREIGN KEY(job) REFERENCES job (id),
    FOREIGN KEY(change) REFERENCES change (number)
);
CREATE UNIQUE INDEX upload_number ON upload (number);

-- Whoever shows progress hears of every update when it is committed.
create function job_updated() returns trigger language plpgsql as $job$
begin
    if tg_op = 'UPDATE' then
        new.version := old.version + 1;
    end if;
    perform pg_notify('wuye_job', new.id);
    return new;
end
$job$;
create trigger job_updated before insert or update on job
    for each row execute function job_updated();
