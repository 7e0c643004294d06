-- Companies as of a date: kind, registration, party organisation and instructor, active or not.
--
-- In:  %(as_of)s date, %(known)s change number; temporary table active_project (projects.sql).
-- Out: one row a company, by code. Companies that only a project names are listed too.
-- Indexes that serve it: company_key, party_organisation_key, party_instructor_key.
with listed as (
    select uscc from company where valid @> %(as_of)s::date and known @> %(known)s::bigint
    union select uscc from party_organisation
        where valid @> %(as_of)s::date and known @> %(known)s::bigint
    union select uscc from active_project where uscc is not null
)
select l.uscc, c.name, coalesce(c.kind, '未核实') as kind, c.division,
    exists (select from active_project p where p.uscc = l.uscc and p.active) as active,
    coalesce(o.form, '未核实') as party_form,
    i.assigned as instructor,
    c.party_members, c.stars
from listed l
left join company c on c.uscc = l.uscc
    and c.valid @> %(as_of)s::date and c.known @> %(known)s::bigint
left join party_organisation o on o.uscc = l.uscc
    and o.valid @> %(as_of)s::date and o.known @> %(known)s::bigint
left join party_instructor i on i.uscc = l.uscc
    and i.valid @> %(as_of)s::date and i.known @> %(known)s::bigint
order by l.uscc collate "C"
