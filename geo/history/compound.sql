-- Facts about one compound, dated twice, each with the change, sheet and row that it came from.
--
-- In:  %(code)s, the compound's own code.
-- Out: kind (which table), subject (the key there), facts (jsonb: what it says), valid_from,
--      valid_to (first day no longer so), known_from, known_to (changes), change, sheet, row,
--      inherited. No geometries and no counts of party seats: a fact here is shown to anyone.
-- Indexes that serve it: <table>_key of each table.
with projects as (
    select distinct project as code from service_status
    where code = %(code)s and project is not null
), areas as (
    select distinct area as code from compound where code = %(code)s and area is not null
), companies as (
    select distinct uscc from project p join projects using (code) where uscc is not null
), listed as (
    select 1 as place, 'compound' as kind, code as subject,
        to_jsonb(t) - array['id', 'code', 'valid', 'known', 'change', 'sheet', 'row', 'inherited',
            'access_division', 'notes', 'in_ledger'] as facts,
        valid, known, change, sheet, row, inherited
    from compound t where code = %(code)s
    union all
    select 2, 'compound_shape', code,
        jsonb_build_object(
            'land_area_m2', round(st_area(geom::geography)::numeric, 2),
            'vertices', st_npoints(geom)),
        valid, known, change, sheet, row, inherited
    from compound_shape where code = %(code)s
    union all
    select 3, 'service_status', code,
        jsonb_build_object(
            'mode', mode, 'project', project, 'evidence', evidence, 'evidence_on', evidence_on,
            'reported_on', reported_on),
        valid, known, change, sheet, row, inherited
    from service_status where code = %(code)s
    union all
    select 4, 'committee', subject_kind || ' ' || subject,
        jsonb_build_object(
            'kind', kind, 'of', subject_kind, 'subject', subject, 'filed_on', filed_on,
            'term_from', term_from, 'term_to', term_to, 'ended_on', ended_on),
        valid, known, change, sheet, row, inherited
    from committee
    where subject_kind = 'compound' and subject = %(code)s
        or subject_kind = 'area' and subject in (select code from areas)
    union all
    select 5, 'project', code,
        jsonb_build_object(
            'name', name, 'company', uscc, 'areas', areas, 'contract_from', contract_from,
            'contract_to', contract_to),
        valid, known, change, sheet, row, inherited
    from project where code in (select code from projects)
    union all
    select 6, 'company', uscc,
        jsonb_build_object('name', name, 'kind', kind, 'division', division, 'stars', stars),
        valid, known, change, sheet, row, inherited
    from company where uscc in (select uscc from companies)
    union all
    select 7, 'party_organisation', uscc, jsonb_build_object('form', form),
        valid, known, change, sheet, row, inherited
    from party_organisation where uscc in (select uscc from companies)
    union all
    select 8, 'party_instructor', uscc, jsonb_build_object('assigned', assigned),
        valid, known, change, sheet, row, inherited
    from party_instructor where uscc in (select uscc from companies)
    union all
    select 9, 'compound_alias', code || ' ' || alias,
        jsonb_build_object('alias', alias, 'accepted', accepted, 'division', division),
        valid, known, change, sheet, row, inherited
    from compound_alias where code = %(code)s
    union all
    select 10, 'compound_code', code, jsonb_build_object('same_as', same_as),
        valid, known, change, sheet, row, inherited
    from compound_code where code = %(code)s or same_as = %(code)s
)
select kind, subject, jsonb_strip_nulls(facts) as facts,
    lower(valid) as valid_from, upper(valid) as valid_to,
    lower(known) as known_from, upper(known) as known_to, change, sheet, row, inherited
from listed
order by place, subject collate "C", lower(known) desc, lower(valid) desc nulls last
