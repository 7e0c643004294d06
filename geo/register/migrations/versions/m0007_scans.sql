-- Undoing a change looks its facts up by a scan, once in a while; every import paid for an index.
DROP INDEX barrier_known_from;
DROP INDEX committee_known_from;
DROP INDEX company_known_from;
DROP INDEX compound_alias_known_from;
DROP INDEX compound_code_known_from;
DROP INDEX compound_known_from;
DROP INDEX compound_shape_known_from;
DROP INDEX division_known_from;
DROP INDEX gate_known_from;
DROP INDEX management_area_known_from;
DROP INDEX party_instructor_known_from;
DROP INDEX party_organisation_known_from;
DROP INDEX project_known_from;
DROP INDEX road_known_from;
DROP INDEX service_status_known_from;
