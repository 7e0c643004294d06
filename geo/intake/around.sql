-- What the register holds around some places, to compare a file's polygons with.
--
-- Inputs: wests, souths, easts, norths (float8[], boxes in EPSG:4490), divisions (text[], codes
-- that the file's rows name: those and what they belong to are given wherever they lie).
-- Columns: kind (compound, area, barrier, division), word (code; of a barrier its kind), geom (WKB).
-- Order: kind, word, so that the same register gives the same landmarks.
-- Index: the GiST index on each table's geom, once a box; division_key for codes.
with box as materialized (
    select st_makeenvelope(west, south, east, north, 4490) as geom
    from unnest(
        %(wests)s::float8[], %(souths)s::float8[], %(easts)s::float8[], %(norths)s::float8[]
    ) as side (west, south, east, north)
),
found as (
    select 'compound' as kind, shape.code as word, shape.id, shape.geom
    from box join compound_shape as shape on shape.geom && box.geom
    where upper_inf(shape.known) and upper_inf(shape.valid)
    union
    select 'area', area.code, area.id, area.geom
    from box join management_area as area on area.geom && box.geom
    where upper_inf(area.known) and upper_inf(area.valid)
    union
    select 'barrier', barrier.kind, barrier.id, barrier.geom
    from box join barrier on barrier.geom && box.geom
    where upper_inf(barrier.known) and upper_inf(barrier.valid)
    union
    select 'division', division.code, division.id, division.geom
    from box join division on division.geom && box.geom
    where upper_inf(division.known) and upper_inf(division.valid) and length(division.code) >= 4
    union
    select 'division', division.code, division.id, division.geom
    from division
    where upper_inf(division.known) and upper_inf(division.valid) and division.geom is not null
        and division.code = any(
            select distinct left(code, width)
            from unnest(%(divisions)s::text[]) as code, unnest(array[4, 6, 9, 12]) as width
        )
)
select kind, word, st_asbinary(geom) as geom
from found
order by kind, word, id
