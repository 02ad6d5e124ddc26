-- programmes.rq over the tables; `counted`: what the sums hold
CREATE TEMP TABLE under AS
WITH RECURSIVE said AS (SELECT subject_iri AS s, predicate AS p, object_iri AS o FROM relations WHERE status = 'reported'),
up (iri, programme) AS (
  SELECT s, o FROM said WHERE p = 'underProgramme'
  UNION SELECT iri, o FROM up JOIN said ON s = programme AND p = 'subProgrammeOf')
SELECT iri, programme FROM up;
CREATE TEMP TABLE counted AS
SELECT DISTINCT fact, amount, programme FROM (
  SELECT fact, amount, unnest(purpose_iri) AS iri FROM financings
  WHERE instrument = 'loan' AND stage = 'disbursed' AND aggregation = 'single' AND status = 'reported' AND currency = 'CNY'
    AND amount IS NOT NULL AND per IS NULL AND len(part_of_total) = 0) JOIN under USING (iri);
SELECT label AS programme, count(project) AS projects, sum(coalesce(amount, 0)) AS lent FROM (
  SELECT programme AS iri, u.iri AS project, NULL AS amount FROM under u JOIN entities e ON u.iri = e.iri WHERE kind = 'Project'
  UNION ALL SELECT programme, NULL, amount FROM counted) JOIN entities USING (iri)
GROUP BY iri, label ORDER BY projects DESC, programme;
