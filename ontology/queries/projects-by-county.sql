-- projects-by-county.rq over the tables
WITH RECURSIVE up (project, iri) AS (
  SELECT iri, unnest(located_in_iri) FROM entities WHERE kind = 'Project'
  UNION SELECT project, unnest(located_in_iri) FROM up JOIN entities USING (iri))
SELECT label AS county, count(DISTINCT project) AS projects FROM up JOIN entities USING (iri)
WHERE kind = 'County' GROUP BY iri, label ORDER BY projects DESC, county;
