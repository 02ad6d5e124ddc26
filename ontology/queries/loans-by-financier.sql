-- loans-by-financier.rq over the tables; `counted`: what the totals hold
CREATE TEMP TABLE counted AS
WITH single AS (
  SELECT fact, financier_iri, amount, amount_min, currency FROM financings
  WHERE instrument = 'loan' AND stage = 'disbursed' AND aggregation = 'single' AND status = 'reported' AND currency IS NOT NULL
    AND amount IS NOT NULL AND per IS NULL AND len(part_of_total) = 0),
lender AS (
  SELECT fact, min(label) AS first, count(DISTINCT iri) AS k FROM (SELECT fact, unnest(financier_iri) AS iri FROM single) JOIN entities USING (iri) GROUP BY fact)
SELECT fact, amount, amount_min, currency, CASE WHEN k > 1 THEN first || ' 等' || k || '家' ELSE first END AS financier FROM single JOIN lender USING (fact);
SELECT financier, currency, sum(coalesce(amount_min, 0)) AS "atLeast", sum(amount) AS nominal, count(*) AS loans,
  count(*) FILTER (amount_min IS NULL) AS "noLowerBound"
FROM counted GROUP BY financier, currency ORDER BY nominal DESC, financier;
