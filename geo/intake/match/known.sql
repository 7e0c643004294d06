-- What the register knows of compounds in some divisions, for matching.
--
-- In:  %(within)s text[] of division codes (any level), or null for everywhere.
-- Out: code, name, aliases, address, floor_area_m2, built_year, households, division (the deepest
--      known), land_area_m2, in_ledger, drawn (has a polygon), served (has a service status).
-- A compound whose division nobody knows (no code, and its polygon in no county's outline) is given
-- for every division.
-- Indexes that serve it: <table>_key, compound_shape_geom, division_geom_<width>.
with outline as (
    select code, geom from division
    where upper_inf(known) and geom is not null and code = any(%(within)s::text[])
), profile as (
    select distinct on (code) * from compound
    where upper_inf(known) order by code, lower(valid) desc nulls last
), near as materialized (
    select code from profile where %(within)s::text[] is null
        or exists (select from unnest(%(within)s::text[]) w
            where starts_with(division, w) or starts_with(w, division))
    union
    select s.code from compound_shape s join outline o on st_intersects(o.geom, s.geom)
        where upper_inf(s.known)
    union
    select s.code from compound_shape s
    where upper_inf(s.known)
        and exists (select from unnest(%(within)s::text[]) w  -- a division without an outline
            where not exists (select from outline o where starts_with(w, o.code)))
        and not exists (select from division d where length(d.code) = 6 and upper_inf(d.known)
            and st_intersects(d.geom, s.geom))
), shape as (
    select distinct on (s.code) s.code, s.geom from compound_shape s join near using (code)
    where upper_inf(s.known) order by s.code, lower(s.valid) desc nulls last
), placed as materialized (
    select code, geom, st_pointonsurface(geom) as point from shape
), located as materialized (
    select code, round(st_area(geom::geography)::numeric, 2) as land_area_m2, coalesce(
        (select min(d.code) from division d where length(d.code) = 12 and upper_inf(d.known)
            and st_covers(d.geom, point)),
        (select min(d.code) from division d where length(d.code) = 9 and upper_inf(d.known)
            and st_covers(d.geom, point)),
        (select min(d.code) from division d where length(d.code) = 6 and upper_inf(d.known)
            and st_covers(d.geom, point))
    ) as division
    from placed
), found as (
    select code, p.name, p.aliases, p.address, p.floor_area_m2, p.built_year, p.households,
        case when p.division is null or starts_with(l.division, p.division) then l.division
            else p.division end as division,
        l.land_area_m2, coalesce(p.in_ledger, false) as in_ledger, l.code is not null as drawn,
        exists (select from service_status s where s.code = p.code and upper_inf(s.known)) as served
    from near join profile p using (code) left join located l using (code)
)
select * from found
where name is not null and (%(within)s::text[] is null
    or drawn and division is null
    or exists (select from unnest(%(within)s::text[]) w
        where starts_with(division, w) or starts_with(w, division)))
order by code collate "C"
