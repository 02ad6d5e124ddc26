// What passes. A filter is a bit; a fact passes where no bit is set; a count leaves its own filter's bit out, so it says what a click would bring.

const BITS = { group: 1, instrument: 2, stage: 4, sum: 8, time: 16, programme: 32, county: 64, only: 128, kind: 256 };
const failing = new Uint16Array(FACTS.length);
const narrowed = () =>
  state.off.instrument.size + state.off.stage.size > 0 ||
  state.sums[0] > 0 ||
  state.sums[1] < Infinity ||
  state.time[0] > 0 ||
  state.time[1] < Infinity ||
  !state.undated ||
  state.programme >= 0 ||
  state.county >= 0;
const filtered = () => narrowed() || state.off.group.size > 0 || state.off.kind.size > 0 || state.hidden.size > 0 || Boolean(state.only);
const nodeOn = (i) => !state.off.kind.has(NODES[i].kind) && !state.hidden.has(i) && (!state.only || state.only.has(i));

/** Judge every fact anew. */
function sift() {
  const { off } = state;
  FACTS.forEach((f, n) => {
    let bits = 0;
    const groups = relationsOfFact[n].length ? relationsOfFact[n].map((r) => groupOf({ fact: n, relation: r })) : [groupOfFact[n]],
      of = (name) => f.roles.filter(([k]) => k === name).map(([, v]) => v);
    if (off.group.size && groups.every((g) => off.group.has(g))) bits |= BITS.group;
    for (const name of ["instrument", "stage"])
      if (off[name].size) {
        const have = of(name);
        if (have.length && have.every((v) => off[name].has(v))) bits |= BITS[name];
      }
    if (state.sums[0] > 0 || state.sums[1] < Infinity) {
      const s = yuan(f);
      if (!s || s < state.sums[0] || s > state.sums[1]) bits |= BITS.sum;
    }
    const bins = binsOf[n];
    if (bins ? bins[1] < state.time[0] || bins[0] > state.time[1] : !state.undated) bits |= BITS.time;
    if (state.programme >= 0 && !membersOf[n].some((i) => programmesOf[i].has(state.programme))) bits |= BITS.programme;
    if (state.county >= 0 && !membersOf[n].some((i) => countyOf[i] === state.county)) bits |= BITS.county;
    if (state.only && !membersOf[n].every((i) => state.only.has(i))) bits |= BITS.only;
    if ((off.kind.size || state.hidden.size) && membersOf[n].some((i) => off.kind.has(NODES[i].kind) || state.hidden.has(i))) bits |= BITS.kind;
    failing[n] = bits;
  });
}

const factOn = (n) => !failing[n];
const factsShown = () => [...FACTS.keys()].filter(factOn);
const edgeOn = (e) =>
  !state.off.group.has(groupOf(e)) &&
  (e.fact >= 0
    ? !(failing[e.fact] & ~(BITS.kind | BITS.only))
    : !narrowed() || (state.county >= 0 && countyOf[e.from] === state.county && countyOf[e.to] === state.county));
const pairOn = (p) => nodeOn(p.a) && nodeOn(p.b) && p.edges.some(edgeOn);
const neighbours = (i) => [...new Set(pairsOf[i].filter((k) => pairOn(pairs.get(k))).map((k) => other(k, i)))];

/** How many facts each value of a filter would show, the other filters as they are. */
function tally(bit, values) {
  const out = new Map();
  FACTS.forEach((f, n) => {
    if (!(failing[n] & ~bit)) for (const v of new Set(values(f, n))) out.set(v, (out.get(v) || 0) + 1);
  });
  return out;
}

/** The entities of each kind that the other filters leave. */
function tallyKinds() {
  const live = new Set(),
    all = !narrowed() && !state.off.group.size;
  if (!all)
    FACTS.forEach((f, n) => {
      if (!(failing[n] & ~BITS.kind)) for (const i of membersOf[n]) live.add(i);
    });
  return new Map(
    count(NODES.map((n, i) => ((all || live.has(i)) && !state.hidden.has(i) && (!state.only || state.only.has(i)) ? n.kind : "")).filter(Boolean)),
  );
}

/** The most telling nodes: who is in the largest financings first, then what is best tied to them. Same data and filters, same scene. */
let storyGoesOn = false; // whether there is more to tell than was asked for
function story(budget) {
  let used = 0;
  const picked = new Set(),
    gain = new Map(),
    add = (i) => {
      if (picked.has(i) || !nodeOn(i)) return;
      picked.add(i);
      used += 4 * extent(i).w * extent(i).h;
      for (const k of pairsOf[i]) {
        const j = other(k, i);
        if (pairs.get(k).edges.some(edgeOn)) gain.set(j, (gain.get(j) || 0) + (pairs.get(k).edges[0].fact < 0 ? 0.4 : 1));
      }
    };
  const lending = factsShown()
    .filter((n) => (FACTS[n].kind === "FinancingEvent" || FACTS[n].kind === "AgreementEvent") && FACTS[n].status !== "negated" && relationsOfFact[n].length)
    .sort((a, b) => yuan(FACTS[b]) - yuan(FACTS[a]) || a - b);
  for (const n of lending) if (used <= budget * 0.6) membersOf[n].forEach(add);
  const plain = (i) => (/^(Province|Country|Prefecture|Document)$/.test(NODES[i].kind) ? 1.5 : 0),
    live = narrowed() || state.off.group.size ? new Set(factsShown().flatMap((n) => membersOf[n])) : null;
  const pool = [...NODES.keys()]
    .filter((i) => nodeOn(i) && pairsOf[i].length && (!live || live.has(i)))
    .sort((a, b) => score[b] - score[a] || a - b)
    .slice(0, 600);
  const candidates = new Set(pool);
  while (used < budget) {
    let best = -1,
      most = -Infinity;
    for (const i of new Set([...candidates, ...[...gain.keys()].slice(0, 1500)])) {
      if (picked.has(i) || !nodeOn(i) || (live && !live.has(i))) continue;
      const g = 1.1 * Math.min(3, gain.get(i) || 0) + 0.8 * Math.sqrt(score[i]) - plain(i);
      if (g > most || (g === most && i < best)) {
        most = g;
        best = i;
      }
    }
    if (best < 0) break;
    add(best);
  }
  storyGoesOn = used >= budget;
  const tied = (i) => pairsOf[i].some((k) => picked.has(other(k, i)) && pairs.get(k).edges.some(edgeOn));
  return [...picked].filter((i) => tied(i) || used < budget);
}

/** Read and write the filters and the view as the part of the address behind #. */
const SETS = [
  ["kind", "k"],
  ["group", "r"],
  ["instrument", "i"],
  ["stage", "s"],
];
function writeAddress() {
  const out = [],
    c = state.chosen,
    put = (k, v) => out.push(`${k}=${encodeURIComponent(v)}`),
    ids = (list) => [...list].map((i) => NODES[i].id).join("~");
  if (c && c.node !== undefined) put("n", NODES[c.node].id);
  else if (c && c.fact !== undefined) put("f", FACTS[c.fact].id);
  else if (c && c.pair !== undefined) put("e", ids([pairs.get(c.pair).a, pairs.get(c.pair).b]));
  else if (c && c.path) put("p", ids([c.path[0], c.path[c.path.length - 1]]));
  if (state.view !== "graph") put("v", state.view);
  for (const [name, key] of SETS) if (state.off[name].size) put(key, [...state.off[name]].join("~"));
  if (state.sums[0] > 0 || state.sums[1] < Infinity) put("a", `${state.sums[0] || ""}~${state.sums[1] < Infinity ? state.sums[1] : ""}`);
  if (state.time[0] > 0 || state.time[1] < Infinity) put("t", `${state.time[0]}~${state.time[1] < Infinity ? state.time[1] : ""}`);
  if (!state.undated) put("u", 0);
  if (state.programme >= 0) put("g", NODES[state.programme].id);
  if (state.county >= 0) put("c", NODES[state.county].id);
  if (state.only) put("o", NODES[state.onlyOf].id);
  if (state.hidden.size && state.hidden.size <= 40) put("h", ids(state.hidden));
  return out.length ? `#${out.join("&")}` : "";
}

/** What the address asks to be chosen; the filters it names are set. */
function readAddress() {
  const given = new Map(),
    node = (id) => NODES.findIndex((n) => n.id === id);
  try {
    for (const part of location.hash.slice(1).split("&")) {
      const at = part.indexOf("=");
      if (at > 0) given.set(part.slice(0, at), decodeURIComponent(part.slice(at + 1)));
    }
  } catch (error) {
    /* not ours */
  }
  for (const [name, key] of SETS) state.off[name] = new Set((given.get(key) || "").split("~").filter(Boolean));
  const range = (key) => {
    const [a, b] = (given.get(key) || "~").split("~");
    return [Number(a) || 0, b && Number(b) >= 0 ? Number(b) : Infinity];
  };
  state.sums = range("a");
  state.time = range("t");
  state.undated = given.get("u") !== "0";
  state.programme = given.has("g") ? node(given.get("g")) : -1;
  state.county = given.has("c") ? node(given.get("c")) : -1;
  state.hidden = new Set(
    (given.get("h") || "")
      .split("~")
      .map(node)
      .filter((i) => i >= 0),
  );
  state.view = VIEWS.includes(given.get("v")) ? given.get("v") : "graph";
  state.only = null;
  state.onlyOf = given.has("o") ? node(given.get("o")) : -1;
  sift();
  if (state.onlyOf >= 0) {
    state.only = new Set([state.onlyOf, ...neighbours(state.onlyOf)]);
    sift();
  }
  const two = (key) => given.get(key).split("~").map(node);
  if (given.has("n") && node(given.get("n")) >= 0) return { node: node(given.get("n")) };
  if (given.has("f")) {
    const n = FACTS.findIndex((f) => f.id === given.get("f"));
    return n >= 0 ? { fact: n } : null;
  }
  if (given.has("e")) {
    const [a, b] = two("e");
    return pairs.has(pairKey(a, b)) ? { pair: pairKey(a, b) } : null;
  }
  if (given.has("p")) {
    const [a, b] = two("p"),
      path = a >= 0 && b >= 0 ? way(a, b) : null;
    return path ? { path } : null;
  }
  return null;
}
const VIEWS = ["graph", "table", "flow", "timeline"];
