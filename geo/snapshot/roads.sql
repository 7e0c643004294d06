-- Roads that people walk along that stand on a date.
--
-- In:  %(as_of)s date, %(known)s change number, %(not_walked)s kinds of road nobody walks on.
-- Out: one row a subject, by its natural key, with its shape as WKB.
-- Index that serves it: none; the table is read whole.
select kind, name, st_asbinary(geom) as wkb
from road
where valid @> %(as_of)s::date and known @> %(known)s::bigint
    and coalesce(walked, kind is null or lower(kind) <> all(%(not_walked)s))
order by code collate "C"
