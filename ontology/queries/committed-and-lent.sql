-- committed-and-lent.rq over the tables; `counted`: what the totals hold
CREATE TEMP TABLE counted AS
WITH RECURSIVE single AS (
  SELECT fact, financier_iri, amount, instrument, stage FROM financings
  WHERE (instrument, stage) IN (('loan', 'committed'), ('creditLine', 'committed'), ('loan', 'disbursed'))
    AND aggregation = 'single' AND status = 'reported' AND currency = 'CNY' AND amount IS NOT NULL AND per IS NULL AND len(part_of_total) = 0),
lender AS (SELECT fact, unnest(financier_iri) AS lender FROM single),
up (lender, iri) AS (
  SELECT DISTINCT lender, lender FROM lender
  UNION SELECT lender, unnest(unit_of_iri) FROM up JOIN entities USING (iri)),
bank AS (
  SELECT fact, min(label) AS first, count(DISTINCT iri) AS k FROM lender JOIN up USING (lender) JOIN entities USING (iri)
  WHERE kind = 'Bank' GROUP BY fact)
SELECT fact, amount, instrument, stage, CASE WHEN k > 1 THEN first || ' 等' || k || '家' ELSE first END AS bank FROM single JOIN bank USING (fact);
SELECT bank,
  sum(CASE WHEN instrument = 'loan' AND stage = 'committed' THEN amount ELSE 0 END) AS "loansCommitted",
  sum(CASE WHEN instrument = 'creditLine' AND stage = 'committed' THEN amount ELSE 0 END) AS "linesCommitted",
  sum(CASE WHEN instrument = 'loan' AND stage = 'disbursed' THEN amount ELSE 0 END) AS lent
FROM counted GROUP BY bank ORDER BY bank;
