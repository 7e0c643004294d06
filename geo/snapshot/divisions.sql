-- What stands in the register's division on a date.
--
-- In:  %(as_of)s date, %(known)s change number.
-- Out: one row a subject, by its natural key, with its shape as WKB.
-- Index that serves it: the exclusion constraint.
select code, name, st_asbinary(geom) as wkb
from division
where valid @> %(as_of)s::date and known @> %(known)s::bigint
order by code collate "C"
