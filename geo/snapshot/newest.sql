-- The newest date that the register says something new about, or that a snapshot was made of.
--
-- In:  %(known)s change number, %(until)s date (today). Nothing later than that counts.
-- Out: one row, `day`: the last day on which a fact begins, or of which there is a snapshot; null for
--      an empty register. Ends that were foreseen (a term, a contract) are no news: the register knew
--      of them before. Nor is the day of a report: January reports the end of December.
-- Reads each table of dated facts once; asked once a change (geo/snapshot/opened.py).
select max(day) as day
from (
    select lower(valid) as day, known from service_status
    union all select lower(valid), known from committee
    union all select lower(valid), known from party_organisation
    union all select lower(valid), known from party_instructor
    union all select lower(valid), known from compound
    union all select lower(valid), known from compound_shape
    union all select lower(valid), known from company
    union all select contract_from, known from project
    union all select as_of, int8range(null, null) from snapshot
) told
where known @> %(known)s::bigint and day <= %(until)s::date and isfinite(day)
