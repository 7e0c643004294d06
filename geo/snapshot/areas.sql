-- What stands in the register's management_area on a date.
--
-- In:  %(as_of)s date, %(known)s change number.
-- Out: one row a subject, by its natural key, with its shape as WKB.
-- Index that serves it: the exclusion constraint.
select code, name, filing_no, filed_on, st_asbinary(geom) as wkb
from management_area
where valid @> %(as_of)s::date and known @> %(known)s::bigint
order by code collate "C"
