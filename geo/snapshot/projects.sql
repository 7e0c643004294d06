-- Projects as of a date: contract, capacity, what they manage and where most of it lies.
--
-- In:  %(as_of)s date, %(known)s change number; temporary table joined (join.sql).
-- Out: temporary table active_project. A project is active while its contract runs, or while it
--      serves a compound that stands (a contract that is over but still served, 事实服务).
-- Indexes that serve it: project_key.
create temp table active_project on commit drop as
with serving as (
    select project, sum(floor_area_dm2)::bigint as managed_dm2, count(*) as compounds
    from joined where project is not null and standing group by project
), place as (
    select distinct on (project) project, division from (
        select project, division, sum(floor_area_dm2) as amount from joined
        where project is not null and division is not null group by project, division
    ) by_division
    order by project, amount desc, division
)
select p.code, p.name, p.uscc, p.areas, p.contract_from, p.contract_to, p.staff,
    (p.spare_floor_area_m2 * 100)::bigint as spare_floor_area_dm2,
    coalesce(s.managed_dm2, 0) as managed_floor_area_dm2,
    (p.fee_yuan_m2_month * 100)::int as fee_fen, p.collection_share as collection,
    place.division,
    coalesce(s.compounds > 0, false)
        or (coalesce(p.contract_from <= %(as_of)s::date, true)
            and coalesce(p.contract_to >= %(as_of)s::date, true)) as active
from project p
left join serving s on s.project = p.code
left join place on place.project = p.code
where p.valid @> %(as_of)s::date and p.known @> %(known)s::bigint
