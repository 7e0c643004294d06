-- Gates of compounds that stand on a date.
--
-- In:  %(as_of)s date, %(known)s change number.
-- Out: one row a subject, by its natural key, with its shape as WKB.
-- Index that serves it: none; the table is read whole.
select compound, name, st_asbinary(geom) as wkb
from gate
where valid @> %(as_of)s::date and known @> %(known)s::bigint
order by compound collate "C", code collate "C"
