-- The join: every compound once, as of a date, as known after a change.
--
-- In:  %(as_of)s date, %(known)s change number, %(old_until)s year,
--      %(ratio_old)s, %(ratio_later)s, %(ratio_unknown)s plot ratios.
-- Out: temporary table joined, one row a compound code; columns as in geo/snapshot/columns.py,
--      with terms as text, flags as booleans named flag_*, divisions as one code.
-- Indexes that serve it: <table>_key and the exclusion constraints; management_area_geom and
-- division_geom for the two spatial joins.
create temp table joined on commit drop as
with profile as (
    select * from compound where valid @> %(as_of)s::date and known @> %(known)s::bigint
), shape as materialized (
    select code, geom, st_pointonsurface(geom) as point
    from compound_shape where valid @> %(as_of)s::date and known @> %(known)s::bigint
), status as (
    select *, lower(valid) as service_from, upper(valid) as service_to
    from service_status where valid @> %(as_of)s::date and known @> %(known)s::bigint
), codes as (
    select code from profile union select code from shape union select code from status
), held as (
    -- The area that holds more than half of the polygon; were areas to overlap, the fullest one.
    select distinct on (s.code) s.code, a.code as area, part.share
    from shape s
    join management_area a on s.geom && a.geom and st_intersects(s.geom, a.geom)
        and a.valid @> %(as_of)s::date and a.known @> %(known)s::bigint
    cross join lateral (
        select case when st_coveredby(s.geom, a.geom) then 1.0
                    else st_area(st_intersection(s.geom, a.geom)) / st_area(s.geom) end as share
    ) part
    where part.share > 0.5 + 1e-9  -- half is not more than half, whatever the last bits say
    order by s.code, part.share desc, a.code
), within as materialized (
    -- The deepest division that holds the representative point; on a shared border the lower code.
    select s.code, coalesce(
        (select min(d.code) from division d where length(d.code) = 12 and st_covers(d.geom, s.point)
            and d.valid @> %(as_of)s::date and d.known @> %(known)s::bigint),
        (select min(d.code) from division d where length(d.code) = 9 and st_covers(d.geom, s.point)
            and d.valid @> %(as_of)s::date and d.known @> %(known)s::bigint),
        (select min(d.code) from division d where length(d.code) = 6 and st_covers(d.geom, s.point)
            and d.valid @> %(as_of)s::date and d.known @> %(known)s::bigint),
        (select min(d.code) from division d where length(d.code) = 4 and st_covers(d.geom, s.point)
            and d.valid @> %(as_of)s::date and d.known @> %(known)s::bigint),
        (select min(d.code) from division d where length(d.code) = 2 and st_covers(d.geom, s.point)
            and d.valid @> %(as_of)s::date and d.known @> %(known)s::bigint)
    ) as division
    from shape s
), party as (
    select uscc, form from party_organisation
    where valid @> %(as_of)s::date and known @> %(known)s::bigint
), committees as materialized (
    -- The latest committee of each kind that had begun by the date.
    select distinct on (subject_kind, subject, kind) subject_kind, subject, kind,
        filed_on, term_to, valid @> %(as_of)s::date as in_force,
        ended_on is null or ended_on > %(as_of)s::date as not_ended
    from committee
    where known @> %(known)s::bigint and valid && daterange(null, %(as_of)s::date, '[]')
    order by subject_kind, subject, kind, lower(valid) desc nulls last
), facts as (
    select c.code,
        p.name, p.aliases, p.address, p.built_year, p.delivered_on, p.demolished_on,
        p.households, p.urban, p.walled, p.floor_area_m2, p.in_ledger, p.committee_state,
        p.division as ledger_division, w.division as point_division,
        p.area as named_area, h.area as holding_area, h.share as holding_share,
        coalesce(p.area, h.area) as area,
        st.mode as stated_mode, st.project, st.service_from, st.service_to,
        st.evidence, st.evidence_on, st.code is not null as has_status,
        s.geom, st_x(s.point) as x, st_y(s.point) as y,
        round(st_area(s.geom::geography)::numeric * 100)::bigint as land_area_dm2,
        coalesce(p.built_year, extract(year from p.delivered_on)::int) as year_built
    from codes c
    left join profile p using (code)
    left join shape s using (code)
    left join status st using (code)
    left join held h using (code)
    left join within w using (code)
), served as (
    select f.*, pr.code is not null as project_known, pr.uscc as company, pr.contract_to,
        co.kind as company_kind, pa.form as party_form
    from facts f
    left join project pr on pr.code = f.project
        and pr.valid @> %(as_of)s::date and pr.known @> %(known)s::bigint
    left join company co on co.uscc = pr.uscc
        and co.valid @> %(as_of)s::date and co.known @> %(known)s::bigint
    left join party pa on pa.uscc = pr.uscc
), home as materialized (
    -- The deepest division with an outline that a compound without polygon is said to lie in.
    select distinct on (f.code) f.code, d.code as division, d.geom
    from facts f
    join division d on d.code in
        (left(f.ledger_division, 12), left(f.ledger_division, 9), left(f.ledger_division, 6))
        and length(d.code) >= 6 and d.geom is not null
        and d.valid @> %(as_of)s::date and d.known @> %(known)s::bigint
    where f.geom is null
    order by f.code, length(d.code) desc
), room as materialized (
    -- The middle of each such division, and how far around it is still inside, in degrees.
    select division, st_x(circle.center) as x, st_y(circle.center) as y, circle.radius
    from (select distinct on (division) division, geom from home order by division) as one
    cross join lateral st_maximuminscribedcircle(geom) as circle
), placeholder as (
    -- Spread over that circle by a hash of the code, so that a point stays where it is whatever
    -- comes beside it.
    select h.code,
        r.x + 0.8 * r.radius * sqrt(u.far) * cos(2 * pi() * u.round) as x,
        r.y + 0.8 * r.radius * sqrt(u.far) * sin(2 * pi() * u.round) as y
    from home h
    join room r using (division)
    cross join lateral (
        select ('x' || substr(md5(h.code), 1, 8))::bit(32)::bigint / 4294967296.0::float8 as far,
            ('x' || substr(md5(h.code), 9, 8))::bit(32)::bigint / 4294967296.0::float8 as round
    ) u
)
select f.code, f.name, f.aliases, f.address,
    case
        when f.ledger_division is null then f.point_division
        when starts_with(f.point_division, f.ledger_division) then f.point_division
        else f.ledger_division
    end as division,
    f.built_year, f.delivered_on, f.demolished_on,
    case
        when f.delivered_on is not null then f.delivered_on <= %(as_of)s::date
        else coalesce(f.built_year <= extract(year from %(as_of)s::date), true)
    end and coalesce(f.demolished_on > %(as_of)s::date, true) as standing,
    coalesce(
        (f.floor_area_m2 * 100)::bigint,
        round(f.land_area_dm2 * case
            when f.year_built is null then %(ratio_unknown)s::numeric
            when f.year_built <= %(old_until)s then %(ratio_old)s::numeric
            else %(ratio_later)s::numeric end)::bigint,
        0) as floor_area_dm2,
    case when f.floor_area_m2 is not null then 1 when f.land_area_dm2 is not null then 2 else 0 end
        as floor_area_source,
    coalesce(f.land_area_dm2, 0) as land_area_dm2,
    coalesce(f.households, 0) as households,
    coalesce(f.urban, true) as urban,
    f.walled,
    coalesce(
        f.stated_mode,
        case f.company_kind
            when '市场' then '市场化物业' when '国有' then '国有物业' when '公益' then '公益性物业'
        end,
        '未核实') as mode,
    coalesce(f.evidence_on <= %(as_of)s::date, false) as evidenced,
    f.service_from, f.service_to, f.evidence, f.evidence_on,
    f.project, f.company, f.area,
    case when f.area = f.holding_area then f.holding_share end as area_share,
    case
        when own.in_force or shared.in_force then 2
        when own.not_ended or shared.not_ended then 3
        when own.subject is not null or shared.subject is not null then 1
        -- Nothing filed is a no only where somebody speaks of committees: the row's own state, or
        -- a committee register that names some compound of the county.
        when f.committee_state in ('未核实', '已备案', '有效', '已成立', '是', '有') then 0
        when f.committee_state is not null then 1
        when f.in_ledger and bool_or(own.subject is not null or shared.subject is not null)
            over (partition by left(coalesce(f.ledger_division, f.point_division), 6)) then 1
        else 0
    end as committee,
    case when shared.in_force and own.in_force is not true then shared.filed_on
        else coalesce(own.filed_on, shared.filed_on) end as committee_filed_on,
    case when shared.in_force and own.in_force is not true then shared.term_to
        else coalesce(own.term_to, shared.term_to) end as committee_term_to,
    coalesce(own_interim.in_force, false) or coalesce(shared_interim.in_force, false) as interim,
    f.party_form,
    coalesce(f.ledger_division is not null and f.point_division is not null
        and not starts_with(f.point_division, f.ledger_division)
        and not starts_with(f.ledger_division, f.point_division), false)
        as flag_division_disagrees,
    f.ledger_division is not null and not exists (
        select from division d where d.code = f.ledger_division
        and d.valid @> %(as_of)s::date and d.known @> %(known)s::bigint) as flag_division_unknown,
    coalesce(f.named_area is distinct from f.holding_area
        and f.named_area is not null and f.geom is not null
        and exists (select from management_area a where a.code = f.named_area
            and a.valid @> %(as_of)s::date and a.known @> %(known)s::bigint), false)
        as flag_area_disagrees,
    f.delivered_on is null and f.built_year is not null as flag_delivery_imputed,
    f.delivered_on is null and f.built_year is null as flag_delivery_unknown,
    f.urban is null as flag_urban_blank,
    f.floor_area_m2 is null and f.land_area_dm2 is not null as flag_floor_area_imputed,
    f.floor_area_m2 is null and f.land_area_dm2 is null as flag_floor_area_unknown,
    coalesce(f.contract_to < %(as_of)s::date, false) as flag_contract_over,
    f.has_status and f.service_from is null as flag_service_undated,
    f.project is not null and not f.project_known as flag_project_unknown,
    f.geom is null as flag_no_polygon,
    f.stated_mode is null and f.company_kind in ('市场', '国有', '公益') as flag_mode_from_company,
    ph.code is not null as flag_placeholder,
    coalesce(f.x, ph.x) as x, coalesce(f.y, ph.y) as y, f.geom
from served f
left join placeholder ph using (code)
left join committees own on own.subject_kind = 'compound' and own.subject = f.code
    and own.kind = '业主委员会'
left join committees shared on shared.subject_kind = 'area' and shared.subject = f.area
    and shared.kind = '业主委员会'
left join committees own_interim on own_interim.subject_kind = 'compound'
    and own_interim.subject = f.code and own_interim.kind = '物业管理委员会'
left join committees shared_interim on shared_interim.subject_kind = 'area'
    and shared_interim.subject = f.area and shared_interim.kind = '物业管理委员会'
