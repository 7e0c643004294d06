-- Views of one snapshot for OGC clients, in a schema of their own.
--
-- In:  nothing; which snapshot is shown is the one row of ogc_kept.shown.
-- Out: schema ogc with compounds, areas, barriers, roads, gates and divisions by level; each row says its
--      snapshot, its date and whether it is made up. Party organisations are shares of divisions
--      (I3, I4), as at the other doors inside (decision 21); no company and no compound has any.
-- Indexes that serve them: snapshot_compound_key, snapshot_compound_geom, and those of the
--      register's tables over geom, valid and known.
create schema if not exists ogc;
create schema if not exists ogc_kept;

create table if not exists ogc_kept.shown (
    one boolean primary key default true check (one),
    snapshot text not null,
    as_of date not null,
    known bigint not null,
    definition text not null,
    data text not null
);

create table if not exists ogc_kept.figure (
    division text primary key,
    i1_share double precision, i1_high double precision, i1_class integer,
    i2_share double precision, i2_high double precision, i2_class integer
);
alter table ogc_kept.figure
    add column if not exists i3_share double precision,
    add column if not exists i3_high double precision,
    add column if not exists i3_class integer,
    add column if not exists i4_share double precision,
    add column if not exists i4_high double precision,
    add column if not exists i4_class integer;

create or replace view ogc.compounds as
select c.code, c.name, c.division, c.built_year, c.urban, c.floor_area_m2::float8 as floor_area_m2,
    c.floor_area_imputed, c.land_area_m2::float8 as land_area_m2, c.mode,
    case
        when c.mode in ('市场化物业', '国有物业', '公益性物业') then 'professional'
        when c.mode in ('社区托管', '社会组织') then 'trusteeship'
        when c.mode = '居民自管' then 'self'
        when c.mode = '无物业' then 'none'
        else 'unknown'
    end as state,
    c.area, c.project, s.snapshot, s.as_of::text as shown_on, s.data, c.geom
from snapshot_compound c
join ogc_kept.shown s on s.snapshot = c.snapshot
where c.standing;

create or replace view ogc.areas as
select a.code, a.name, a.filing_no, s.snapshot, s.as_of::text as shown_on, s.data, a.geom
from management_area a
join ogc_kept.shown s on a.valid @> s.as_of and a.known @> s.known;

create or replace view ogc.barriers as
select b.code, b.kind, b.name, s.snapshot, s.as_of::text as shown_on, s.data, b.geom
from barrier b
join ogc_kept.shown s on b.valid @> s.as_of and b.known @> s.known;

create or replace view ogc.roads as
select r.code, r.kind, r.name, s.snapshot, s.as_of::text as shown_on, s.data, r.geom
from road r
join ogc_kept.shown s on r.valid @> s.as_of and r.known @> s.known;

create or replace view ogc.gates as
select g.code, g.compound, g.name, s.snapshot, s.as_of::text as shown_on, s.data, g.geom
from gate g
join ogc_kept.shown s on g.valid @> s.as_of and g.known @> s.known;

create or replace view ogc_kept.division as
select d.code, d.name, f.i1_share, f.i1_high, f.i1_class, f.i2_share, f.i2_high, f.i2_class,
    s.definition, s.snapshot, s.as_of::text as shown_on, s.data, d.geom,
    -- a view that is there already takes new columns at its end only
    f.i3_share, f.i3_high, f.i3_class, f.i4_share, f.i4_high, f.i4_class
from division d
join ogc_kept.shown s on d.valid @> s.as_of and d.known @> s.known
left join ogc_kept.figure f on f.division = d.code;

create or replace view ogc.divisions_prefecture as
    select * from ogc_kept.division where length(code) = 4;
create or replace view ogc.divisions_county as
    select * from ogc_kept.division where length(code) = 6;
create or replace view ogc.divisions_street as
    select * from ogc_kept.division where length(code) = 9;
create or replace view ogc.divisions_community as
    select * from ogc_kept.division where length(code) = 12;
