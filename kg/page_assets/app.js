// The page's behaviour. All text of the data reaches the screen through textContent.

const DATA = JSON.parse(document.getElementById("kg-data").textContent);
const { nodes: NODES, facts: FACTS, edges: EDGES, passages: PASSAGES, articles: ARTICLES } = DATA;
const NAMES = Object.fromEntries(Object.entries(DATA.names).map(([k, v]) => [k, new Map(Object.entries(v))]));
const SCENE = innerWidth <= 800 ? 60 : 120, MANY = 80, ROWS = 200, CARDS = 8;

// shape, colour on light, colour on dark; one shape a family
const LOOKS = new Map(Object.entries({
  Bank: ["dot", "#1d4fd7", "#6b9bff"], Branch: ["dot", "#4c86f5", "#8fb8ff"], Insurer: ["dot", "#0e8fb3", "#4fc3e2"], Guarantor: ["dot", "#1789a0", "#5bc8d9"],
  FinancialInstitution: ["dot", "#1e40af", "#7f9cf0"], Company: ["square", "#0f8378", "#42c4b5"], PublicBody: ["square", "#c22b4a", "#f2798f"],
  OtherOrganization: ["square", "#65748b", "#9fb0c8"], Person: ["triangle", "#5b6472", "#b4bfce"], Group: ["triangle", "#97a1b0", "#d0d7e0"],
  Project: ["diamond", "#e4590c", "#ff9a5c"], Programme: ["star", "#8b3bdc", "#c08bff"], FinancialProduct: ["triangleDown", "#d3307e", "#ff83bb"],
  Document: ["square", "#a39b8b", "#c9c0ae"], Workshop: ["hexagon", "#c98a04", "#f0bd4d"], Facility: ["hexagon", "#9c6c1f", "#d3a765"],
  Village: ["hexagon", "#2f9e51", "#6fd08d"], Township: ["hexagon", "#4a9a5f", "#85cf98"], County: ["hexagon", "#2c7a4b", "#5fbf86"],
  Prefecture: ["hexagon", "#1f6a4f", "#58b394"], Province: ["hexagon", "#17594a", "#4fa692"], Country: ["hexagon", "#12483f", "#499a8b"],
}));
const ROUND = { square: 0.82, star: 1.3, triangle: 0.98, triangleDown: 0.98, diamond: 1.06 };
const RANK = ["FinancingEvent", "AgreementEvent", "Tenure", "Claim"];

const UI = {
  search: ["搜索名称、别名或拼音首字母", "Search a name, an alias or pinyin initials"], graph: ["图", "Graph"], table: ["表", "Table"], home: ["总览", "Overview"], png: ["存图", "PNG"],
  language: ["EN", "中"], dark: ["深色", "Dark"], light: ["浅色", "Light"], legend: ["图例", "Legend"], kinds: ["类型", "Kinds"], relations: ["关系", "Relations"], all: ["全部显示", "show all"],
  floor: ["金额", "Sums"], anySum: ["不限金额", "any sum"], from: ["{0} 元以上", "from CNY {0}"], entities: ["实体", "entities"], facts: ["事实", "facts"], articles: ["报道", "articles"],
  largest: ["数额最大的融资", "Largest financings"], expand: ["展开邻居", "Expand"], only: ["只看邻居", "Only neighbours"], alias: ["又称", "also"], code: ["区划代码", "code"], within: ["属", "in"],
  status: ["显示 {0} / {1} 个实体", "{0} of {1} entities shown"], more: ["再显示 {0} 条（共 {1} 条）", "{0} more (of {1})"], none: ["没有找到", "Nothing found"], page: ["{0} 版", "p. {0}"],
  noFacts: ["没有以它为一方的事实；它只被提到。", "No fact has it as a party; it is only mentioned."], register: ["据行政区划登记", "from the register of divisions"], link: ["复制链接", "Copy link"],
  copied: ["已复制", "Copied"], time: ["时间", "Time"], bound: ["数值", "value"], confidence: ["置信度", "confidence"], rule: ["规则", "rule"], offset: ["第 {0} 字", "character {0}"],
  again: ["又见第 {0} 字", "again at {0}"], total: ["合计", "in total"], who: ["主体", "Who"], what: ["事实", "What"], whom: ["对象", "To whom"], sum: ["数额", "Amount"], quote: ["原文", "Sentence"],
  keys: ["按 / 搜索，f 总览，Esc 关闭；点节点或连线看原句。", "/ search, f overview, Esc close; click a node or an edge for its sentence."], mentioned: ["提及 {0} 次", "mentioned {0} times"],
  hint: ["每条连线都有一句原文为证", "Every edge rests on a sentence of the source"], between: ["之间的事实", "facts between"], dateless: ["日期不明", "undated"], close: ["关闭", "Close"], years: ["时间", "Years"], path: ["找路径", "Path to …"], pick: ["再选一个实体：点图上的点，或搜索", "Now pick another entity: click a node, or search"],
  asides: ["未入事实的数字", "Numbers in no fact"], unexplained: ["未解释", "unexplained"], steps: ["{0} 步", "{0} steps"], noPath: ["与「{0}」之间没有通路（按现有筛选）", "No path to “{0}” under the present filters"], canvas: ["关系图；表格视图有同样的内容", "Graph; the table view has the same facts"],
};
const stored = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
const store = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private window */ } };
const media = matchMedia("(prefers-color-scheme: dark)");
const state = { language: stored("kg-language") === "1" ? 1 : 0, dark: stored("kg-theme") ? stored("kg-theme") === "dark" : media.matches, table: false,
  kindsOff: new Set(), relationsOff: new Set(), yearsOff: new Set(), floor: 0, scene: null, chosen: null, from: -1, rows: ROWS };

const $ = (id) => document.getElementById(id);
const say = (key, ...values) => values.reduce((s, v, i) => s.replace(`{${i}}`, String(v)), UI[key][state.language]);
const named = (table, key) => (NAMES[table].get(key) || [key, key])[state.language];
const local = (value) => String(value).replace(/^(gfc?|org|rdf):/, "");
const kindName = (k) => named("kinds", k);
const relationName = (r) => (NAMES.concepts.get(r) || NAMES.properties.get(r) || [r, r])[state.language];
const role = (fact, name) => fact.roles.filter(([k]) => k === name).map(([, v]) => v);
const sumOf = (fact) => fact.sums.find(([k]) => k === "amount");
const yuan = (fact) => { const s = sumOf(fact); return s && s[5] === "CNY" ? s[3] : 0; };
const look = (kind) => LOOKS.get(kind) || ["dot", "#7a8595", "#aab4c2"];
const colour = (kind) => look(kind)[state.dark ? 2 : 1];

/** A new element: attributes by name, `on` for a click, children as strings or elements. */
function make(tag, given, ...children) {
  const out = document.createElement(tag), { on, ...attributes } = given || {};
  for (const [k, v] of Object.entries(attributes)) if (v !== undefined && v !== null) out.setAttribute(k, v);
  if (on) out.addEventListener("click", on);
  out.append(...children.filter((c) => c !== null && c !== undefined && c !== ""));
  return out;
}

// ---- indexes
const factsOf = NODES.map(() => []), pairs = new Map(), pairsOf = NODES.map(() => []);
FACTS.forEach((f, n) => { for (const i of new Set(f.roles.map(([, v]) => v).filter((v) => typeof v === "number"))) factsOf[i].push(n); });
const register = NODES.map((n, i) => ({ from: i, to: n.parent, relation: "locatedIn", fact: -1 })).filter((e) => e.to >= 0 && e.to !== e.from);
const pairKey = (a, b) => `${Math.min(a, b)}-${Math.max(a, b)}`;
for (const e of [...EDGES, ...register]) {
  const key = pairKey(e.from, e.to);
  if (!pairs.has(key)) { pairs.set(key, { key, a: e.from, b: e.to, edges: [] }); pairsOf[e.from].push(key); pairsOf[e.to].push(key); }
  pairs.get(key).edges.push(e);
}
const weight = (e) => (e.fact < 0 ? 9 : RANK.indexOf(FACTS[e.fact].kind) + (e.relation === "supports" ? 0.5 : 0));
for (const p of pairs.values()) p.edges.sort((x, y) => weight(x) - weight(y) || yuan(FACTS[y.fact] || { sums: [] }) - yuan(FACTS[x.fact] || { sums: [] }) || x.fact - y.fact);
const score = NODES.map((n, i) => pairsOf[i].length * 2 + factsOf[i].length);
const byScore = [...NODES.keys()].sort((a, b) => score[b] - score[a] || (NODES[a].id < NODES[b].id ? -1 : 1));
const largest = Math.max(1, ...FACTS.map(yuan));
const neighbours = (i) => pairsOf[i].map((k) => pairs.get(k)).map((p) => (p.a === i ? p.b : p.a));

// ---- filters and scene
/** The years a fact covers, "?" where no date is known. */
const yearsOf = FACTS.map((f) => {
  const first = f.time && f.time[0] ? Number(f.time[0].slice(0, 4)) : 0, last = first ? Number(f.time[1].slice(0, 4)) || first : 0;
  return first ? Array.from({ length: Math.max(1, Math.min(60, last - first + 1)) }, (_, k) => String(first + k)) : ["?"];
});
const relationsOfFact = FACTS.map(() => null);
for (const e of EDGES) (relationsOfFact[e.fact] ??= []).push(e.relation);
const nodeOn = (i) => !state.kindsOff.has(NODES[i].kind);
const stated = (n) => (!state.floor || yuan(FACTS[n]) >= state.floor) && (!state.yearsOff.size || yearsOf[n].some((y) => !state.yearsOff.has(y)));
const factual = () => state.floor > 0 || state.yearsOff.size > 0;
const edgeOn = (e) => !state.relationsOff.has(e.relation) && (e.fact < 0 ? !state.floor : stated(e.fact));
const factOn = (f, n) => f.roles.every(([, v]) => typeof v !== "number" || nodeOn(v)) && stated(n) && (relationsOfFact[n] || ["-"]).some((r) => !state.relationsOff.has(r));
const livePairs = (inside, strict = false) => [...pairs.values()].filter((p) => inside(p.a) && inside(p.b) && p.edges.some((e) => edgeOn(e) && (!strict || e.fact >= 0)));

/** The nodes to draw: the chosen scene, or the most connected that pass the filters. */
function visible() {
  let pool = (state.scene ? [...state.scene] : byScore).filter(nodeOn);
  if (state.relationsOff.size || factual()) {
    const linked = new Set(livePairs(nodeOn, factual()).flatMap((p) => [p.a, p.b]));
    pool = pool.filter((i) => linked.has(i) || i === chosenNode());
  } else if (!state.scene && NODES.length > SCENE) pool = pool.filter((i) => score[i] > 0 || i === chosenNode());
  return state.scene ? pool : pool.slice(0, SCENE);
}
const chosenNode = () => (state.chosen && state.chosen.node !== undefined ? state.chosen.node : -1);

// ---- drawing
const wrap = (text, at = 9) => { const c = [...text], lines = []; const width = c.length <= at + 2 ? c.length : Math.ceil(c.length / Math.ceil(c.length / at)); for (let i = 0; i < c.length; i += width || 1) lines.push(c.slice(i, i + width).join("")); return lines.slice(0, 3).join("\n") + (lines.length > 3 ? "…" : ""); };
const letters = (i) => 12 + Math.min(2, Math.sqrt(pairsOf[i].length) / 2); // a label's size on the screen
const radius = (i) => Math.min(26, 7 + 2.6 * Math.sqrt(pairsOf[i].length));
const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const places = new Map(), boxes = new vis.DataSet(), lines = new vis.DataSet();
const network = new vis.Network($("canvas"), { nodes: boxes, edges: lines }, DATA.options);
let drawn = [], drawnPairs = [];

function edgeWords(p) {
  const live = p.edges.filter(edgeOn), e = live[0], f = FACTS[e.fact];
  let words = relationName(e.relation);
  if (f && f.kind === "Tenure") words = role(f, "title").join("、") || words;
  const s = f && f.kind === "FinancingEvent" ? sumOf(f) : null;
  if (s) words += ` ${relationsOfFact[e.fact].length > 1 ? say("total") : ""}${s[1]}`;
  const others = new Set(live.map((x) => x.relation).filter((r) => r !== "supports" && r !== "finances" && r !== e.relation)).size;
  return words.slice(0, 26) + (others ? ` +${others}` : "");
}

/** Lay out and draw what is visible. keep: leave drawn nodes where they are and put new ones round `near`. */
function draw({ keep = false, near = -1 } = {}) {
  drawn = visible();
  const at = new Map(drawn.map((i, n) => [i, n])), inside = (i) => at.has(i);
  drawnPairs = livePairs(inside);
  const spots = drawn.map((i) => {
    const text = wrap(NODES[i].label).split("\n"), r = radius(i);
    const room = drawn.length > 60 ? 0.62 : 1; // in a crowd some labels wait for a closer look
    return { key: i, w: Math.max(r, Math.max(...text.map((t) => [...t].length)) * 6.6 * room) + 7, h: r + text.length * 8 * room + 5, x: 0, y: 0 };
  });
  const box = $("stage").getBoundingClientRect(), aspect = box.width / Math.max(1, box.height) || 1;
  if (keep && drawn.some((i) => places.has(i))) {
    const centre = places.get(near) || { x: 0, y: 0 };
    const fresh = spots.filter((s) => !places.has(s.key));
    spots.forEach((s) => { const p = places.get(s.key); if (p) { s.x = p.x; s.y = p.y; s.fixed = true; } });
    fresh.forEach((s, n) => { const turn = (n / fresh.length) * 6.2832, far = 130 + 40 * Math.floor(n / 12); s.x = centre.x + far * Math.cos(turn); s.y = centre.y + far * Math.sin(turn); });
    apart(spots, 160);
  } else if (spots.length) place(spots, drawnPairs.map((p) => [at.get(p.a), at.get(p.b)]), aspect);
  places.clear();
  for (const s of spots) places.set(s.key, s);
  boxes.clear(); lines.clear();
  network.setOptions({ interaction: { hideEdgesOnDrag: drawnPairs.length > 400, hideEdgesOnZoom: drawnPairs.length > 400 } });
  if (keep) paint(); else fit();
  note();
}

/** The line under the picture: how much of the graph is drawn, or what is asked of the reader. */
function note() { $("status").textContent = state.from >= 0 ? say("pick") : say("status", drawn.length, NODES.length); }

/** Which labels fit at this zoom, the chosen and the most connected first: a label has one size on the screen and covers no other. */
function readable(first, scale, unit) {
  const circles = drawn.map((i) => { const p = places.get(i), r = radius(i) * unit; return { i, l: p.x - r, r: p.x + r, t: p.y - r, b: p.y + r }; }), taken = [], out = new Map();
  const order = [...drawn].sort((a, b) => first.has(b) - first.has(a) || score[b] - score[a] || a - b), meets = (a) => (o) => o.i !== a.i && o.l < a.r && a.l < o.r && o.t < a.b && a.t < o.b;
  order.forEach((i, rank) => {
    const text = wrap(NODES[i].label).split("\n"), p = places.get(i), w = (Math.max(...text.map((t) => [...t].length)) * (letters(i) / 2 + 0.4)) / scale, top = p.y + radius(i) * unit + 2 / scale;
    const spot = { i, l: p.x - w, r: p.x + w, t: top, b: top + (text.length * 14) / scale };
    if (taken.some(meets(spot)) && !(first.has(i) && first.size < 24)) return;
    if (rank > 12 && !first.has(i) && circles.some(meets(spot))) return; // a hub's name may cover a small neighbour
    taken.push(spot); out.set(i, spot);
  });
  return { labels: out, taken: [...taken, ...circles] };
}

/** Whether words fit along the middle of an edge without touching a name or a node. */
function roomFor(words, a, b, scale, taken) {
  const far = Math.hypot(a.x - b.x, a.y - b.y) || 1, half = [...words].reduce((n, c) => n + (c > "\u2000" ? 5.6 : 3.2), 3) / scale;
  if (far < half * 2 + 30 / scale) return false;
  const pad = 5 / scale, spots = [-1, -0.5, 0, 0.5, 1].map((k) => [(a.x + b.x) / 2 + (k * half * (b.x - a.x)) / far, (a.y + b.y) / 2 + (k * half * (b.y - a.y)) / far]);
  const free = spots.every(([x, y]) => !taken.some((o) => o.l - pad < x && x < o.r + pad && o.t - pad < y && y < o.b + pad));
  if (free) taken.push(...spots.map(([x, y]) => ({ l: x - pad, r: x + pad, t: y - pad, b: y + pad })));
  return free;
}

/** Colours and labels of the drawn nodes and edges, by what is chosen and how near we are. */
function paint() {
  const c = state.chosen, paper = ink("--bg"), text = ink("--ink"), line = state.dark ? "#465463" : "#bcc6d3", lit = ink("--accent"), face = ink("--sans");
  const scale = Math.min(2.2, Math.max(0.25, network.getScale())), unit = Math.min(drawn.length <= MANY ? 1.6 : 1.2, 1 / Math.sqrt(scale)), near = new Set(), litPairs = new Set();
  if (c) {
    if (c.pair !== undefined) { litPairs.add(c.pair); near.add(pairs.get(c.pair).a).add(pairs.get(c.pair).b); }
    if (c.node !== undefined) { near.add(c.node); for (const k of pairsOf[c.node]) { litPairs.add(k); near.add(pairs.get(k).a).add(pairs.get(k).b); } }
    if (c.path) c.path.forEach((i, k) => { near.add(i); if (k) litPairs.add(pairKey(i, c.path[k - 1])); });
    if (c.fact !== undefined) { for (const [, v] of FACTS[c.fact].roles) if (typeof v === "number") near.add(v); for (const p of drawnPairs) if (p.edges.some((e) => e.fact === c.fact)) litPairs.add(p.key); }
  }
  const dim = near.size > 0, few = drawn.length <= MANY, { labels: shown, taken } = readable(near, scale, unit);
  boxes.update([...drawn].reverse().map((i) => { // hubs last, so on top
    const n = NODES[i], [shape] = look(n.kind), on = !dim || near.has(i), main = c && c.node === i, r = radius(i) * unit * (ROUND[shape] || 1), p = places.get(i);
    return {
      id: i, x: p.x, y: p.y, shape, size: r, label: shown.has(i) && (on || few) ? wrap(n.label) : " ", opacity: on ? 1 : 0.2, borderWidth: main ? 3 / scale : 1, borderWidthSelected: 3 / scale,
      color: { background: colour(n.kind), border: main ? lit : paper, highlight: { background: colour(n.kind), border: lit }, hover: { background: colour(n.kind), border: lit } },
      font: { size: letters(i) / scale, color: on ? text : state.dark ? "#56626f" : "#b6bec8", strokeWidth: 2.5 / scale, strokeColor: paper, face, vadjust: -3 / scale, multi: false },
    };
  }));
  lines.update(drawnPairs.map((p) => {
    const live = p.edges.filter(edgeOn), e = live[0], f = FACTS[e.fact], on = !dim || litPairs.has(p.key), bright = dim && on, both = live.some((x) => x.from !== e.from);
    const sum = Math.max(0, ...live.map((x) => (x.fact < 0 ? 0 : yuan(FACTS[x.fact])))), mutual = ["agreement", "cooperatesWith"].includes(e.relation);
    const shade = f && f.status === "negated" ? ink("--warn") : bright ? lit : line, a = places.get(p.a), b = places.get(p.b), words = edgeWords(p);
    return {
      id: p.key, from: e.from, to: e.to, width: (1 + (few ? 4 : 2) * (sum / largest) ** 0.25) * unit, dashes: Boolean(f && f.status !== "reported"), color: { color: shade, highlight: lit, hover: lit, opacity: on ? 1 : 0.25 },
      arrows: { to: { enabled: !mutual, scaleFactor: 0.45 }, from: { enabled: !mutual && both, scaleFactor: 0.45 } },
      label: ((few && on && e.fact >= 0) || bright) && roomFor(words, a, b, scale, taken) ? words : " ", font: { size: 10.5 / scale, color: ink(bright ? "--ink" : "--soft"), strokeWidth: 4 / scale, strokeColor: paper, align: "middle", face },
    };
  }));
}

/** Show all drawn nodes, or the given ones, with room for their labels; glide: move there in a moment instead of at once. */
function fit(which = drawn, glide = false) {
  const spots = which.map((i) => places.get(i)).filter(Boolean), box = $("stage").getBoundingClientRect();
  if (!spots.length || !box.width) return;
  const sheet = innerWidth <= 800 && !$("panel").classList.contains("idle") ? $("panel").offsetHeight : 0, [l, t, r, b] = frame(spots), still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const scale = Math.min(glide ? 1.8 : 1.3, (box.width - (glide ? 130 : 40)) / (r - l), Math.max(120, box.height - sheet - 70) / (b - t));
  network.moveTo({ position: { x: (l + r) / 2, y: (t + b) / 2 + sheet / 2 / scale }, scale, animation: glide && !still ? { duration: 320, easingFunction: "easeInOutQuad" } : false });
  if (!glide || still) paint();
}

// ---- choosing
/** The nodes that something chosen speaks of. */
function nodesOf(c) {
  if (!c) return [];
  if (c.path) return c.path;
  if (c.node !== undefined) return [c.node];
  return c.pair !== undefined ? [pairs.get(c.pair).a, pairs.get(c.pair).b] : FACTS[c.fact].roles.map(([, v]) => v).filter((v) => typeof v === "number");
}

/** The shortest way from one node to another along edges that pass the filters, or null. */
function way(from, to) {
  const before = new Map([[from, -1]]), queue = [from];
  for (const i of queue) {
    if (i === to) { const path = []; for (let k = to; k >= 0; k = before.get(k)) path.unshift(k); return path; }
    for (const key of pairsOf[i]) {
      const p = pairs.get(key), j = p.a === i ? p.b : p.a;
      if (!before.has(j) && nodeOn(j) && p.edges.some(edgeOn)) { before.set(j, i); queue.push(j); }
    }
  }
  return null;
}

/** Choose a node, an edge ({pair}), a fact or a path; null closes. move: bring it into view. */
function choose(chosen, { move = true } = {}) {
  if (chosen && chosen.node !== undefined && state.from >= 0) {
    const path = state.from === chosen.node ? null : way(state.from, chosen.node);
    chosen = path ? { path } : { node: chosen.node, apart: state.from === chosen.node ? -1 : state.from };
    move = true;
  }
  state.from = -1;
  state.chosen = chosen;
  const wanted = nodesOf(chosen);
  const missing = wanted.filter((i) => !places.has(i));
  if (missing.length) {
    for (const i of wanted) state.kindsOff.delete(NODES[i].kind);
    const around = wanted.length === 1 ? neighbours(wanted[0]).sort((a, b) => score[b] - score[a] || a - b).slice(0, 40) : [];
    state.scene = new Set([...wanted, ...around]);
    legend(); panel(); draw();
  } else { panel(); paint(); note(); if (move && wanted.length && !state.table) fit(wanted.length > 1 ? wanted : [...wanted, ...neighbours(wanted[0])], true); }
  const hash = !chosen || chosen.path ? "" : chosen.node !== undefined ? `#n=${encodeURIComponent(NODES[chosen.node].id)}` : chosen.fact !== undefined ? `#f=${encodeURIComponent(FACTS[chosen.fact].id)}` : "";
  if (hash !== location.hash && (hash || location.hash)) history.pushState(null, "", hash || location.href.split("#")[0]);
  if (state.table) table();
}

/** Open what the address says: #n=<entity id> or #f=<fact id>. */
function follow() {
  let wanted = "";
  try { wanted = decodeURIComponent(location.hash.slice(3)); } catch { /* not ours */ }
  const list = location.hash.startsWith("#n=") ? NODES : location.hash.startsWith("#f=") ? FACTS : [], found = list.findIndex((x) => x.id === wanted);
  if (found >= 0) choose(list === NODES ? { node: found } : { fact: found });
  else if (!location.hash && state.chosen) choose(null);
}

function home() {
  state.scene = null; state.chosen = null; state.kindsOff.clear(); state.relationsOff.clear(); state.yearsOff.clear(); state.floor = 0; state.from = -1;
  if (location.hash) history.pushState(null, "", location.href.split("#")[0]);
  legend(); panel(); draw(); if (state.table) table();
}
