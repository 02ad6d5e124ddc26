// What is read off the data once: who is joined to whom, what a fact is of, when, where and under which programme.

const role = (fact, name) => fact.roles.filter(([k]) => k === name).map(([, v]) => v);
const sumOf = (fact) => fact.sums.find(([k]) => k === "amount");
const yuan = (fact) => {
  const s = sumOf(fact);
  return s && s[5] === "CNY" ? s[3] : 0;
};
const membersOf = FACTS.map((f) => [...new Set(f.roles.map(([, v]) => v).filter((v) => typeof v === "number"))]);

const groupOfRelation = new Map([...GROUPS].flatMap(([g, { of }]) => of.map((r) => [r, g])));
for (const [r, above] of Object.entries(DATA.within || {})) groupOfRelation.set(r, groupOfRelation.get(above)); // relations of packs
const groupOfFact = FACTS.map((f) =>
  f.kind === "FinancingEvent"
    ? "finance"
    : f.kind === "Observation"
      ? "figure"
      : f.kind === "AgreementEvent"
        ? "deal"
        : f.kind === "Tenure"
          ? "post"
          : groupOfRelation.get(local(role(f, "predicate")[0] || "")) || "other",
);
const groupOf = (e) =>
  e.fact >= 0 && FACTS[e.fact].kind === "FinancingEvent" && e.relation !== "guarantees" ? "finance" : groupOfRelation.get(e.relation) || "other";

// ---- edges, joined by pair of ends
const RANK = ["FinancingEvent", "AgreementEvent", "Tenure", "Claim"];
const register = NODES.map((n, i) => ({ from: i, to: n.parent, relation: "locatedIn", fact: -1 })).filter((e) => e.to >= 0 && e.to !== e.from);
const factsOf = NODES.map(() => []),
  pairs = new Map(),
  pairsOf = NODES.map(() => []),
  relationsOfFact = FACTS.map(() => []);
membersOf.forEach((list, n) => {
  for (const i of list) factsOf[i].push(n);
});
const pairKey = (a, b) => `${Math.min(a, b)}-${Math.max(a, b)}`;
for (const e of [...EDGES, ...register]) {
  const key = pairKey(e.from, e.to);
  if (e.fact >= 0) relationsOfFact[e.fact].push(e.relation);
  if (!pairs.has(key)) {
    pairs.set(key, { key, a: e.from, b: e.to, edges: [] });
    pairsOf[e.from].push(key);
    pairsOf[e.to].push(key);
  }
  pairs.get(key).edges.push(e);
}
const weight = (e) => (e.fact < 0 ? 9 : RANK.indexOf(FACTS[e.fact].kind) + (e.relation === "supports" ? 0.5 : 0));
const worth = (e) => (e.fact < 0 ? 0 : yuan(FACTS[e.fact]));
for (const p of pairs.values()) if (p.edges.length > 1) p.edges.sort((x, y) => weight(x) - weight(y) || worth(y) - worth(x) || x.fact - y.fact);
const other = (key, i) => {
  const p = pairs.get(key);
  return p.a === i ? p.b : p.a;
};
const largest = FACTS.reduce((m, f) => Math.max(m, yuan(f)), 1);

/** How much a node has to tell: its ties, those of money threefold, and how often it is named. */
const score = NODES.map(
  (n, i) =>
    pairsOf[i].reduce((s, k) => {
      const e = pairs.get(k).edges[0];
      return s + (e.fact < 0 ? 0.3 : FACTS[e.fact].kind === "FinancingEvent" ? 3 : 1);
    }, 0) +
    0.2 * Math.sqrt(n.mentions),
);

// ---- time: the days of a fact as bins of a year, a quarter or a month
const years = FACTS.filter((f) => f.time && f.time[0]).flatMap((f) => [Number(f.time[0].slice(0, 4)), Number((f.time[1] || f.time[0]).slice(0, 4))]);
const firstYear = years.reduce((a, b) => Math.min(a, b), 9999),
  lastYear = years.reduce((a, b) => Math.max(a, b), 0),
  span = lastYear - firstYear + 1;
const perYear = !years.length ? 0 : span <= 2 ? 12 : span <= 8 ? 4 : 1,
  TIME_BINS = years.length ? span * perYear : 0;
const binOf = (day) => (Number(day.slice(0, 4)) - firstYear) * perYear + Math.floor(((Number(day.slice(5, 7)) - 1) * perYear) / 12);
const binsOf = FACTS.map((f) => (f.time && f.time[0] ? [binOf(f.time[0]), Math.max(binOf(f.time[0]), binOf(f.time[1] || f.time[0]))] : null));
const binName = (b) => {
  const y = firstYear + Math.floor(b / perYear),
    k = (b % perYear) + 1;
  return perYear === 1
    ? `${y}`
    : perYear === 4
      ? `${y} ${state.language ? `Q${k}` : `${["一", "二", "三", "四"][k - 1]}季度`}`
      : `${y}-${String(k).padStart(2, "0")}`;
};

// ---- money: bins of a power of ten
const topSum = Math.ceil(Math.log10(largest + 1)),
  SUM_BINS = Math.max(1, topSum - 3);
const sumEdge = (b) => (b <= 0 ? 0 : 10 ** (b + 3)); // the lower edge of a bin: 0, 1万, 10万 …
const sumBin = (n) => Math.max(0, Math.min(SUM_BINS - 1, Math.floor(Math.log10(Math.max(n, 1)) + 1e-9) - 3));

/** A sum of yuan in words: 4.6亿元. */
function money(n) {
  const short = (x) => String(Number(x.toPrecision(10)));
  return n >= 1e8 ? `${short(n / 1e8)}亿元` : n >= 1e4 ? `${short(n / 1e4)}万元` : `${short(n)}元`;
}

/** A number as people type it: 1亿, 4000万, 2.5e8, 1,000. NaN where it is none. */
function readMoney(text) {
  const m = /^([\d.,，]+(?:e\d+)?)\s*(千万|百万|十万|万|亿)?元?$/i.exec(text.trim());
  return m ? Number(m[1].replace(/[,，]/g, "")) * ({ 千万: 1e7, 百万: 1e6, 十万: 1e5, 万: 1e4, 亿: 1e8 }[m[2]] || 1) : NaN;
}

// ---- where, and under what
const lies = NODES.map((n) => n.parent);
for (const e of EDGES) if (e.relation === "locatedIn" && lies[e.from] < 0) lies[e.from] = e.to;
const countyOf = NODES.map((_, i) => {
  let at = i,
    left = 10;
  while (at >= 0 && NODES[at].kind !== "County" && left--) at = lies[at];
  return at >= 0 && left >= 0 ? at : -1;
});
const programmesOf = NODES.map((n, i) => new Set(n.kind === "Programme" ? [i] : []));
for (let round = 0; round < 3; round++) {
  // sub-programmes of sub-programmes
  for (const e of EDGES) {
    if (!["participatesIn", "underProgramme", "subProgrammeOf"].includes(e.relation)) continue;
    if (/^(Bank|Branch|Insurer|Guarantor|FinancialInstitution|PublicBody|County|Prefecture|Province|Country)$/.test(NODES[e.from].kind)) continue; // not all that a bank does is the programme's
    for (const p of programmesOf[e.to]) programmesOf[e.from].add(p);
  }
}
const count = (values) => {
  const out = new Map();
  for (const v of values) out.set(v, (out.get(v) || 0) + 1);
  return [...out].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
};
const COUNTIES = count(membersOf.flatMap((list) => [...new Set(list.map((i) => countyOf[i]).filter((c) => c >= 0))])).map(([c]) => c);
const PROGRAMMES = count(membersOf.flatMap((list) => [...new Set(list.flatMap((i) => [...programmesOf[i]]))])).map(([p]) => p);
const valuesOf = (name) => count(FACTS.flatMap((f) => (f.kind === "FinancingEvent" ? role(f, name) : []))).map(([v]) => v);
const INSTRUMENTS = valuesOf("instrument"),
  STAGES = valuesOf("stage");
