-- facts-by-articles.rq over the tables
SELECT fact, articles FROM financings WHERE articles > 0 ORDER BY articles DESC, fact;
