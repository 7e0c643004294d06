-- The role that OGC clients' queries run as: it may read the views of schema ogc and nothing else.
--
-- In:  run after views.sql, under its lock. Roles belong to the whole server: another database of
--      it may be making the same one at this moment.
-- Out: role wuye_ogc (service.ogc.pool.ROLE), which the connecting user may become.
do $$
begin
    if not exists (select from pg_roles where rolname = 'wuye_ogc') then
        create role wuye_ogc nologin nosuperuser nocreatedb nocreaterole nobypassrls;
    end if;
exception
    when duplicate_object or unique_violation then null;
end
$$;

do $$
begin
    if not pg_has_role('wuye_ogc', 'member') then
        execute format('grant wuye_ogc to %I', current_user);
    end if;
end
$$;

grant usage on schema ogc to wuye_ogc;
grant select on all tables in schema ogc to wuye_ogc;
