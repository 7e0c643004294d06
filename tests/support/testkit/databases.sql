-- How a database differs from the template that it was made from, in one word: schemas, tables and
-- indexes by number and definition, defaults, constraints, triggers and the migration. Copies have
-- the template's numbers (oids), so one that was made anew tells.
select md5(string_agg(words, ';' order by words)) as form from (
    select nspname::text as words from pg_namespace where nspname !~ '^pg_(toast_)?temp_'
    union all
    select format('%s %s %s', oid, relname, relkind) from pg_class
    where relnamespace = 'public'::regnamespace
    union all
    select format('%s %s %s', adrelid, adnum, pg_get_expr(adbin, adrelid)) from pg_attrdef
    union all
    select format('%s %s %s', attrelid, attname, atttypid) from pg_attribute
    where attnum > 0 and attrelid > 16383 and attrelid in
        (select oid from pg_class where relnamespace = 'public'::regnamespace)
    union all
    select format('%s %s %s', conrelid, convalidated, pg_get_constraintdef(oid)) from pg_constraint
    where connamespace = 'public'::regnamespace
    union all
    select format('%s %s %s', tgrelid, tgname, tgenabled) from pg_trigger where not tgisinternal
    union all
    select format('%s %s', oid, prosrc) from pg_proc
    where pronamespace = 'public'::regnamespace and prolang <> 13 and probin is null
    union all
    select version_num from wuye_migration
) as all_words
