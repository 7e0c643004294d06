-- The register's law as a statement's check rather than an index: no two facts about one subject
-- overlap in both times, and every fact belongs to a change. See docs/decisions/0006.
create function keep_the_law() returns trigger language plpgsql as $law$
declare
    broken text;
begin
    -- Writers queue here, so no two of them can each miss what the other is about to state.
    perform pg_advisory_xact_lock(2004187493);
    execute format(
        'select %s from added a join %I f on %s and f.id <> a.id'
        ' and f.valid && a.valid and f.known && a.known limit 1',
        tg_argv[0], tg_table_name, tg_argv[1]
    ) into broken;
    if broken is not null then
        raise exception using errcode = 'exclusion_violation', table = tg_table_name,
            constraint = tg_table_name || '_one_fact_at_a_time',
            message = format('two facts of %s about %s overlap', tg_table_name, broken);
    end if;
    select number into broken from (select distinct change as number from added) a
        where not exists (select from change c where c.number = a.number) limit 1;
    if broken is not null then
        raise exception using errcode = 'foreign_key_violation', table = tg_table_name,
            constraint = tg_table_name || '_change_fkey',
            message = format('a fact of %s has no change %s', tg_table_name, broken);
    end if;
    return null;
end
$law$;

do $tables$
declare
    facts record;
    subject text;
    same text;
begin
    for facts in select * from (values
        ('barrier', array['code']), ('committee', array['subject_kind', 'subject', 'kind']),
        ('company', array['uscc']), ('compound', array['code']),
        ('compound_alias', array['code', 'alias']), ('compound_code', array['code']),
        ('compound_shape', array['code']), ('division', array['code']),
        ('management_area', array['code']), ('party_instructor', array['uscc']),
        ('party_organisation', array['uscc']), ('project', array['code']),
        ('service_status', array['code'])
    ) as listed (name, keys)
    loop
        select string_agg('a.' || key, ' || chr(31) || '), string_agg('f.' || key || ' = a.' || key, ' and ')
            into subject, same from unnest(facts.keys) as key;
        execute format('alter table %I drop constraint %I', facts.name, facts.name || '_one_fact_at_a_time');
        execute format('alter table %I drop constraint %I', facts.name, facts.name || '_change_fkey');
        execute format('drop index %I', facts.name || '_known_from');
        execute format('create index %I on %I using brin (lower(known))', facts.name || '_known_from', facts.name);
        execute format(
            'create trigger one_fact_at_a_time after insert on %I referencing new table as added'
            ' for each statement execute function keep_the_law(%L, %L)', facts.name, subject, same);
        execute format(
            'create trigger still_one_fact_at_a_time after update on %I referencing new table as added'
            ' for each statement execute function keep_the_law(%L, %L)', facts.name, subject, same);
    end loop;
end
$tables$;
