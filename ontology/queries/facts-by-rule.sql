-- facts-by-rule.rq over the tables
SELECT rule, count(*) AS facts,
  ((2 * (sum(confidence) * 10000)::HUGEINT + count(*)) // (2 * count(*)) / 10000)::DECIMAL(9, 4) AS confidence  -- the mean, half up
FROM (
  SELECT rule, confidence FROM financings UNION ALL SELECT rule, confidence FROM observations UNION ALL SELECT rule, confidence FROM agreements
  UNION ALL SELECT rule, confidence FROM tenures UNION ALL SELECT rule, confidence FROM relations)
WHERE rule IS NOT NULL AND confidence IS NOT NULL GROUP BY rule ORDER BY facts DESC, rule;
