// Legend, panel, search, table, and what keys and clicks do.

/** The sign of a kind: the shape and colour it has in the picture. */
function glyph(kind) {
  const [shape] = look(kind), svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  const ring = (n, turn, r = () => 7) => "M" + Array.from({ length: n }, (_, i) => { const a = turn + (i * 2 * Math.PI) / n; return `${(8 + r(i) * Math.cos(a)).toFixed(2)} ${(8 + r(i) * Math.sin(a)).toFixed(2)}`; }).join("L") + "Z";
  const up = -Math.PI / 2, forms = { square: "M2.5 2.5h11v11h-11Z", triangle: ring(3, up), triangleDown: ring(3, -up), diamond: ring(4, up), hexagon: ring(6, 0), star: ring(10, up, (i) => (i % 2 ? 3.3 : 7.6)) };
  path.setAttribute("d", forms[shape] || "M8 2a6 6 0 1 0 .01 0Z");
  path.setAttribute("fill", colour(kind));
  svg.setAttribute("viewBox", "0 0 16 16"); svg.setAttribute("class", "glyph"); svg.setAttribute("aria-hidden", "true");
  svg.append(path);
  return svg;
}

const count = (values) => { const out = new Map(); for (const v of values) out.set(v, (out.get(v) || 0) + 1); return [...out].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)); };
const kindCounts = count(NODES.map((n) => n.kind)), relationCounts = count([...EDGES, ...register].map((e) => e.relation));

function legend() {
  const section = (key, counts, off, name, sign) => [
    make("h2", {}, say(key), off.size ? make("button", { type: "button", on: () => { off.clear(); refilter(); } }, say("all")) : ""),
    ...counts.map(([k, n]) => make("button", {
      type: "button", class: "key", "aria-pressed": String(!off.has(k)), "data-key": k,
      on: (event) => {
        if (event.altKey || event.detail === 2) { off.clear(); for (const [x] of counts) if (x !== k) off.add(x); } // only this one
        else if (!off.delete(k)) off.add(k);
        refilter();
      },
    }, sign(k), make("span", { class: "word" }, name(k)), make("span", { class: "count" }, String(n)))),
  ];
  const floors = [0, 1e6, 1e7, 1e8, 1e9], words = (n) => (n === 0 ? say("anySum") : say("from", state.language ? `${n / 1e6}m` : n >= 1e8 ? `${n / 1e8} 亿` : `${n / 1e4} 万`));
  const floor = make("select", { class: "floor", "aria-label": say("floor") }, ...floors.map((n) => { const o = make("option", { value: n }, words(n)); o.selected = n === state.floor; return o; }));
  floor.addEventListener("change", () => { state.floor = Number(floor.value); refilter(); });
  const years = yearCounts.length > 1 ? [make("h2", {}, say("years"), state.yearsOff.size ? make("button", { type: "button", on: () => { state.yearsOff.clear(); refilter(); } }, say("all")) : ""), histogram()] : [];
  const sums = FACTS.some((f) => f.kind === "FinancingEvent" && yuan(f));
  $("legend").replaceChildren(
    ...section("kinds", kindCounts, state.kindsOff, kindName, glyph),
    ...years, ...(sums ? [make("h2", {}, say("floor")), floor] : []),
    ...section("relations", relationCounts, state.relationsOff, relationName, () => make("span", { class: "dash" })),
  );
}

/** Facts by year as bars; a click on one shows that year only, on it again all; Shift adds one. */
function histogram() {
  const most = Math.max(...yearCounts.map(([, n]) => n)), off = state.yearsOff, all = yearCounts.map(([y]) => y), on = all.filter((y) => !off.has(y));
  return make("div", { class: "years" }, ...yearCounts.map(([y, n]) => {
    const bar = make("i", {}), name = y === "?" ? say("dateless") : y;
    bar.style.height = `${Math.max(2, Math.round(38 * Math.sqrt(n / most)))}px`;
    return make("button", {
      type: "button", "aria-pressed": String(!off.has(y)), title: `${name}: ${n}`, "aria-label": `${name}: ${n}`, "data-year": y,
      on: (event) => {
        if (event.shiftKey) { if (!off.delete(y)) off.add(y); } else { off.clear(); if (!(on.length === 1 && on[0] === y)) for (const x of all) if (x !== y) off.add(x); }
        refilter();
      },
    }, bar, make("span", {}, yearCounts.length <= 8 ? (y === "?" ? "?" : `’${y.slice(2)}`) : ""));
  }));
}
const yearCounts = count(yearsOf.flat()).sort((a, b) => (a[0] < b[0] ? -1 : 1)).sort((a, b) => (a[0] === "?") - (b[0] === "?"));

function refilter() { legend(); draw(); if (state.table) table(); }

// ---- words for facts
const link = (i, here = -1) => (i === here ? make("strong", {}, NODES[i].label) : make("button", { type: "button", class: "link", on: (e) => { e.stopPropagation(); choose({ node: i }); } }, NODES[i].label));

function valueOf(v, here = -1) {
  if (typeof v === "number") return link(v, here);
  if (Array.isArray(v)) return make("button", { type: "button", class: "link", on: () => choose({ fact: v[0] }) }, factWords(FACTS[v[0]]));
  return /^gfc:/.test(v) ? named("concepts", local(v)) : /^(gf|org|rdf):/.test(v) ? named("properties", local(v)) : v;
}
const listOf = (values, here) => values.flatMap((v, n) => [n ? (state.language ? ", " : "、") : "", valueOf(v, here)]);
const plain = (values) => values.map((v) => (typeof v === "number" ? NODES[v].label : Array.isArray(v) ? factWords(FACTS[v[0]]) : valueOf(v))).join(state.language ? ", " : "、");
const factWords = (f) => [plain(role(f, "instrument")) || plain(role(f, "metric")) || named("facts", f.kind), sumOf(f) ? sumOf(f)[1] : ""].filter(Boolean).join(" ");

/** Who, what, to whom: the roles that make the sentence of a fact. */
function triple(f) {
  const r = (...names) => names.flatMap((n) => role(f, n));
  if (f.kind === "FinancingEvent") return [r("financier"), r("instrument"), r("recipient", "purpose").length ? r("recipient", "purpose") : r("product")];
  if (f.kind === "Observation") return [r("about"), r("metric"), []];
  if (f.kind === "Tenure") return [r("member"), r("title"), r("organization", "atDivision")];
  if (f.kind === "AgreementEvent") return [r("party").slice(0, 1), [named("properties", "agreement")], [...r("party").slice(1), ...r("document")]];
  return [r("subject"), r("predicate"), r("object")];
}

function timeWords(t) {
  if (!t) return "";
  const days = t[0] ? (t[1] && t[1] !== t[0] ? `${t[0]} – ${t[1]}` : t[0]) : say("dateless");
  const how = [t[2] ? `“${t[2]}”` : "", t[0] || t[3] !== "timeUnknown" ? named("concepts", t[3]) : "", t[0] && t[4] ? named("concepts", t[4]) : ""].filter(Boolean).join(" · ");
  return how ? `${days}（${how}）` : days;
}

/** The sentence with its marks: offsets count code points, so the text is taken apart as code points. */
function quote([p, marks], here) {
  const cps = Array.from(PASSAGES[p].text), out = make("blockquote", {});
  let at = 0;
  for (const [start, end, kind, node] of marks) {
    if (start < at) continue; // inside the one before
    out.append(cps.slice(at, start).join(""));
    const mark = make("mark", { class: kind === "Quantity" ? "sum-mark" : kind === "Time" ? "time-mark" : "name-mark" }, cps.slice(start, end).join(""));
    if (node >= 0 && node !== here) { mark.setAttribute("role", "button"); mark.setAttribute("tabindex", "0"); mark.addEventListener("click", () => choose({ node })); mark.addEventListener("keydown", (e) => { if (e.key === "Enter") choose({ node }); }); }
    out.append(mark);
    at = end;
  }
  out.append(cps.slice(at).join(""));
  return out;
}

/** Where some passages of one article are: title, paper, file, offsets. */
function sourceOf(...list) {
  const a = ARTICLES[PASSAGES[list[0]].article], spans = list.map((p) => PASSAGES[p].at.map(([s, e]) => `${s}–${e}`).join("、")), again = list.flatMap((p) => PASSAGES[p].again);
  const paper = [a.paper, a.page && say("page", a.page), a.date && a.date[0] ? (a.date[0] === a.date[1] ? a.date[0] : a.date[0].slice(0, 4)) + (a.date[3] === "timeInferred" ? `（${named("concepts", "timeInferred")}）` : "") : ""].filter(Boolean).join(" ");
  return make("p", { class: "source" }, make("cite", {}, `《${a.title}》`), paper ? ` ${paper}` : "", make("br"), `${a.file} · ${say("offset", spans.join("；"))}`, ...again.map((s) => ` · ${say("again", s)}`));
}

const SHOWN = new Set(["financier", "recipient", "purpose", "instrument", "stage", "aggregation", "about", "metric", "member", "title", "organization", "atDivision", "party", "subject", "predicate", "object"]);

function card(n, here = -1) {
  const f = FACTS[n], [who, what, whom] = triple(f), s = sumOf(f), chips = [];
  const chip = (text, alert) => text && chips.push(make("span", { class: alert ? "chip alert" : "chip" }, text));
  const says = make("div", { class: "says" }, ...listOf(who, here));
  if (f.kind === "FinancingEvent") says.append(...(whom.length ? [make("span", { class: "arrow" }, "→"), ...listOf(whom, here)] : []));
  else says.append(make("span", { class: "arrow" }, f.kind === "AgreementEvent" ? "⇄" : "·"), ...listOf(f.kind === "AgreementEvent" ? [] : what, here), ...(whom.length && f.kind !== "AgreementEvent" ? [make("span", { class: "arrow" }, f.kind === "Claim" ? "→" : "·")] : []), ...listOf(whom, here));
  chip(f.status === "reported" ? "" : named("concepts", f.status), true);
  for (const r of ["instrument", "stage", "aggregation"]) for (const v of role(f, r)) chip(plain([v]));
  if (f.kind === "FinancingEvent" && (relationsOfFact[n] || []).length > 1) chip(say("total"));
  const rows = [];
  const row = (key, ...values) => rows.push(make("dt", {}, key), make("dd", {}, ...values));
  if (f.time) row(say("time"), timeWords(f.time));
  for (const [k, text, words] of f.sums) if (k !== "amount") row(named("properties", k), text === words ? text : `${text}（${words}）`);
  const whomSplit = f.kind === "FinancingEvent" && role(f, "recipient").length && role(f, "purpose").length;
  for (const k of [...new Set(f.roles.map(([x]) => x))]) if (!SHOWN.has(k) || (whomSplit && k === "purpose")) row(named("properties", k), ...listOf(role(f, k), here));
  const bound = s ? [s[4] ? named("concepts", s[4]) : "", s[1] === s[2] ? "" : s[2]].filter(Boolean).join(" · ") : "";
  const on = state.chosen && state.chosen.fact === n;
  return make("article", { class: on ? "card on" : "card", "data-fact": f.id }, says,
    s ? make("div", { class: "sum" }, make("b", {}, s[1]), bound ? make("span", { class: "muted" }, bound) : "") : "",
    chips.length ? make("div", { class: "chips" }, ...chips) : "", rows.length ? make("dl", { class: "more-roles" }, ...rows) : "",
    ...[...new Set(f.quotes.map(([p]) => PASSAGES[p].article))].flatMap((a) => { const some = f.quotes.filter(([p]) => PASSAGES[p].article === a); return [...some.map((q) => quote(q, here)), sourceOf(...some.map(([p]) => p))]; }),
    make("div", { class: "foot" }, meter(f.confidence), make("span", {}, `${say("rule")} `, make("code", {}, f.rule))));
}

function meter(value) {
  const bar = make("i", { class: "meter" });
  bar.style.setProperty("--at", `${Math.round(value * 100)}%`);
  return make("span", { title: say("confidence") }, bar, `${say("confidence")} ${value}`);
}

/** Cards by kind of fact, a few at a time. */
function cards(list, here) {
  return Object.keys(DATA.names.facts).flatMap((kind) => {
    const some = list.filter((n) => FACTS[n].kind === kind).sort((a, b) => yuan(FACTS[b]) - yuan(FACTS[a]) || a - b);
    if (!some.length) return [];
    const hold = make("div", {}), more = (from) => {
      hold.append(...some.slice(from, from + CARDS).map((n) => card(n, here)));
      if (some.length > from + CARDS) { const b = make("button", { type: "button", class: "act", on: () => { b.remove(); more(from + CARDS); } }, say("more", Math.min(CARDS, some.length - from - CARDS), some.length)); hold.append(b); }
    };
    more(0);
    return [make("h3", {}, named("facts", kind), make("small", {}, String(some.length))), hold];
  });
}

function panel() {
  const c = state.chosen, out = [];
  $("panel").classList.toggle("idle", !c);
  if (!c) out.push(...overview());
  else {
    out.push(make("button", { type: "button", class: "close", "aria-label": say("close"), on: () => choose(null) }, "×"));
    if (c.node !== undefined) out.push(...nodePanel(c.node));
    else if (c.path) out.push(...pathPanel(c.path));
    else if (c.fact !== undefined) out.push(make("h2", {}, factWords(FACTS[c.fact])), make("p", { class: "about" }, named("facts", FACTS[c.fact].kind)), card(c.fact));
    else {
      const p = pairs.get(c.pair), list = [...new Set(p.edges.map((e) => e.fact).filter((n) => n >= 0))];
      out.push(make("h2", {}, link(p.a), make("span", { class: "muted" }, " — "), link(p.b)));
      if (p.edges.some((e) => e.fact < 0)) out.push(make("p", { class: "about" }, `${NODES[p.a].label} ${relationName("locatedIn")} ${NODES[p.b].label}：${say("register")}`));
      out.push(...cards(list, -1));
    }
  }
  $("panel").replaceChildren(...out);
  $("panel").scrollTop = 0;
}

/** A way from node to node: at each step the strongest fact, with its sentence. */
function pathPanel(path) {
  const step = (i, k) => {
    const live = pairs.get(pairKey(path[k], path[k + 1])).edges.filter(edgeOn), e = live.find((x) => x.fact >= 0);
    return [make("h3", {}, link(path[k]), make("span", { class: "muted" }, " — "), link(path[k + 1])), e ? card(e.fact) : make("p", { class: "muted" }, `${relationName("locatedIn")}：${say("register")}`)];
  };
  return [make("h2", {}, NODES[path[0]].label, make("span", { class: "muted" }, " ⋯ "), NODES[path[path.length - 1]].label), make("p", { class: "about" }, say("steps", path.length - 1)), ...path.slice(0, -1).flatMap(step)];
}

function nodePanel(i) {
  const n = NODES[i], about = [kindName(n.kind), n.size_text, n.mentions ? say("mentioned", n.mentions) : "", n.code ? `${say("code")} ${n.code}` : ""].filter(Boolean).join(" · ");
  const only = () => { state.scene = new Set([i, ...neighbours(i)]); draw(); };
  const expand = () => { state.scene = new Set([...drawn, i, ...neighbours(i)]); draw({ keep: true, near: i }); };
  const copy = make("button", { type: "button", class: "act", on: () => { if (navigator.clipboard) navigator.clipboard.writeText(location.href).then(() => { copy.textContent = say("copied"); }, () => {}); } }, say("link"));
  const route = make("button", { type: "button", class: "act", id: "path", on: () => { state.from = i; note(); route.classList.add("main"); } }, say("path"));
  return [
    make("h2", {}, n.label), make("p", { class: "about" }, glyph(n.kind), about),
    n.aliases.length ? make("p", { class: "about" }, `${say("alias")} ${n.aliases.join("、")}`) : "",
    n.parent >= 0 ? make("p", { class: "about" }, `${say("within")} `, link(n.parent), make("span", { class: "muted" }, ` ${say("register")}`)) : "",
    make("div", { class: "acts" }, make("button", { type: "button", class: "act main", id: "expand", on: expand }, say("expand")), make("button", { type: "button", class: "act", id: "only", on: only }, say("only")), route, copy),
    state.chosen.apart >= 0 ? make("p", { class: "about" }, say("noPath", NODES[state.chosen.apart].label)) : "",
    ...(factsOf[i].length ? cards(factsOf[i], i) : [make("p", { class: "muted" }, say("noFacts"))]),
  ];
}

function overview() {
  const figure = (n, key) => make("div", {}, make("b", {}, n.toLocaleString("en")), make("span", {}, say(key)));
  const top = FACTS.map((f, n) => [f, n]).filter(([f]) => f.kind === "FinancingEvent" && f.status !== "negated" && yuan(f)).sort((a, b) => yuan(b[0]) - yuan(a[0])).slice(0, 6);
  return [
    make("h2", {}, DATA.title), make("p", { class: "about" }, say("hint")),
    make("div", { class: "figures" }, figure(NODES.length, "entities"), figure(FACTS.length, "facts"), figure(ARTICLES.length, "articles")),
    ...(top.length ? [make("h3", {}, say("largest"))] : []),
    ...top.map(([f, n]) => { const [who, what, whom] = triple(f); return make("button", { type: "button", class: "rank", on: () => choose({ fact: n }) },
      make("span", { class: "what" }, plain(who), who.length && whom.length ? " → " : "", plain(whom), make("br"), make("span", { class: "muted" }, [plain(what), plain(role(f, "stage")), plain(role(f, "aggregation"))].filter(Boolean).join(" · "))), make("b", {}, sumOf(f)[1])); }),
    asides(), make("p", { class: "keys" }, say("keys")),
  ];
}

/** The numbers that are no fact's, each with the reason and its sentence; filled when opened. */
function asides() {
  if (!DATA.asides.length) return "";
  const out = make("details", {}, make("summary", {}, `${say("asides")} `, make("small", {}, String(DATA.asides.length)))), hold = make("div", {}), more = (from) => {
    hold.append(...DATA.asides.slice(from, from + 40).flatMap(([text, reason, q]) => [make("p", { class: "aside" }, make("b", {}, text), make("span", { class: reason ? "muted" : "chip alert" }, reason ? named("concepts", reason) : say("unexplained"))), quote(q, -1), sourceOf(q[0])]));
    if (DATA.asides.length > from + 40) { const b = make("button", { type: "button", class: "act", on: () => { b.remove(); more(from + 40); } }, say("more", Math.min(40, DATA.asides.length - from - 40), DATA.asides.length)); hold.append(b); }
  };
  out.append(hold);
  out.addEventListener("toggle", () => { if (!hold.childElementCount) more(0); });
  return out;
}

// ---- search
let index = null, hits = [], marked = 0;
const fold = (s) => s.normalize("NFKC").toLowerCase().replace(/[\s“”"'‘’（）()《》·]/g, "");

function find(query) {
  index ??= NODES.map((n) => [n.label, ...n.aliases].map(fold));
  const q = fold(query), latin = /^[a-z0-9]+$/.test(q);
  if (!q) return [];
  const grade = (i) => {
    let best = 9;
    index[i].forEach((name, k) => {
      const at = name.indexOf(q);
      best = Math.min(best, name === q ? k && 1 : at === 0 ? 2 : at > 0 ? 3 : 9);
      if (latin && best > 3 && q.length > 1) { const start = initials(name); best = Math.min(best, start === q ? 4 : start.startsWith(q) ? 5 : start.includes(q) && q.length > 2 ? 6 : 9); }
    });
    return best;
  };
  return NODES.map((_, i) => [grade(i), i]).filter(([g]) => g < 9).sort((a, b) => a[0] - b[0] || score[b[1]] - score[a[1]] || a[1] - b[1]).slice(0, 12).map(([, i]) => i);
}

function suggest() {
  const box = $("search");
  hits = find(box.value); marked = 0;
  const alias = (n) => { const q = fold(box.value); return fold(n.label).includes(q) ? "" : n.aliases.find((a) => fold(a).includes(q)) || ""; };
  const rows = hits.map((i, k) => make("li", { role: "option", id: `hit-${k}`, class: nodeOn(i) ? null : "off", on: () => take(k) }, glyph(NODES[i].kind), make("span", { class: "name" }, NODES[i].label, " ", make("small", {}, alias(NODES[i]))), make("small", {}, kindName(NODES[i].kind))));
  $("hits").replaceChildren(...(rows.length ? rows : [make("li", { class: "muted" }, say("none"))]));
  $("hits").hidden = !box.value.trim();
  box.setAttribute("aria-expanded", String(!$("hits").hidden));
  point(0);
}
function point(k) {
  marked = hits.length ? (k + hits.length) % hits.length : 0;
  [...$("hits").children].forEach((li, n) => li.setAttribute("aria-selected", String(n === marked && hits.length > 0)));
  if (hits.length) { $("search").setAttribute("aria-activedescendant", `hit-${marked}`); $(`hit-${marked}`).scrollIntoView({ block: "nearest" }); } else $("search").removeAttribute("aria-activedescendant");
}
function take(k) { $("hits").hidden = true; $("search").setAttribute("aria-expanded", "false"); if (hits[k] !== undefined) { choose({ node: hits[k] }); $("search").blur(); } }

// ---- table
const telling = (f) => [...f.quotes].sort((a, b) => tell(b) - tell(a))[0], tell = ([, marks]) => marks.length + (marks.some((m) => m[2] === "Quantity") ? 100 : 0);
const place0 = (f) => (f.quotes.length ? PASSAGES[telling(f)[0]] : null);
const inOrder = [...FACTS.keys()].sort((a, b) => { const p = place0(FACTS[a]), q = place0(FACTS[b]); return !p || !q ? !p - !q || a - b : p.article - q.article || p.at[0][0] - q.at[0][0] || a - b; });
function table() {
  const heads = ["what", "who", "relations", "whom", "sum", "time", "quote"], list = inOrder.map((n) => [FACTS[n], n]).filter(([f, n]) => factOn(f, n));
  const cell = (content, kind) => make("td", { class: kind }, content);
  const rows = list.slice(0, state.rows).map(([f, n]) => {
    const [who, what, whom] = triple(f), s = sumOf(f), q = telling(f);
    const tr = make("tr", { tabindex: "0", class: state.chosen && state.chosen.fact === n ? "on" : null, on: () => choose({ fact: n }) },
      cell(named("facts", f.kind)), cell(plain(who)), cell([plain(what), plain(role(f, "stage")), f.status === "reported" ? "" : named("concepts", f.status)].filter(Boolean).join(" · ")), cell(plain(whom)), cell(s ? s[1] : "", "number"),
      cell(f.time ? (f.time[0] ? f.time[0] + (f.time[1] !== f.time[0] ? ` ${f.time[1]}` : "") : f.time[2]) : "", "time"), cell(make("div", {}, q ? PASSAGES[q[0]].text : ""), "quote"));
    tr.addEventListener("keydown", (e) => { if (e.key === "Enter") choose({ fact: n }); });
    return tr;
  });
  const left = list.length - state.rows;
  $("table").replaceChildren(make("table", {}, make("thead", {}, make("tr", {}, ...heads.map((h) => make("th", { scope: "col" }, say(h))))), make("tbody", {}, ...rows)),
    left > 0 ? make("button", { type: "button", class: "act", on: () => { state.rows += ROWS; table(); } }, say("more", Math.min(ROWS, left), list.length)) : "");
}

function show(asTable) {
  state.table = asTable;
  $("table").hidden = !asTable; $("canvas").style.visibility = asTable ? "hidden" : ""; $("status").hidden = asTable;
  $("show-table").setAttribute("aria-pressed", String(asTable)); $("show-graph").setAttribute("aria-pressed", String(!asTable));
  if (asTable) table();
}

/** Everything with words or colours, anew. */
function dress() {
  document.documentElement.dataset.theme = state.dark ? "dark" : "light";
  document.documentElement.lang = state.language ? "en" : "zh-Hans";
  for (const [id, key] of [["show-graph", "graph"], ["show-table", "table"], ["home", "home"], ["png", "png"], ["language", "language"], ["theme", state.dark ? "light" : "dark"], ["legend-button", "legend"]]) $(id).textContent = say(key);
  $("search").placeholder = say("search"); $("search").setAttribute("aria-label", say("search"));
  $("canvas").setAttribute("aria-label", say("canvas"));
  legend(); panel(); note(); show(state.table);
}

function savePicture() {
  const from = $("canvas").querySelector("canvas"), to = make("canvas", { width: from.width, height: from.height }), pen = to.getContext("2d");
  pen.fillStyle = ink("--bg"); pen.fillRect(0, 0, to.width, to.height); pen.drawImage(from, 0, 0);
  to.toBlob((blob) => { const url = URL.createObjectURL(blob), a = make("a", { href: url, download: "network.png" }); a.click(); setTimeout(() => URL.revokeObjectURL(url), 1000); });
}

// ---- wiring
network.on("click", ({ nodes, edges, event }) => {
  $("legend").classList.remove("open");
  if (nodes.length && event.srcEvent && event.srcEvent.shiftKey && chosenNode() >= 0) state.from = chosenNode();
  if (nodes.length) choose({ node: nodes[0] }, { move: false });
  else if (edges.length) choose({ pair: edges[0] }, { move: false });
  else if (state.chosen) choose(null);
});
let nearer = 0;
network.on("zoom", () => { clearTimeout(nearer); nearer = setTimeout(paint, 140); }); // labels keep their size on the screen
network.on("animationFinished", paint);
network.on("doubleClick", ({ nodes }) => { if (nodes.length) { state.scene = new Set([...drawn, nodes[0], ...neighbours(nodes[0])]); draw({ keep: true, near: nodes[0] }); } });
network.on("dragEnd", ({ nodes }) => { for (const i of nodes) { const p = network.getPosition(i); Object.assign(places.get(i), p); } });
for (const [event, cursor] of [["hoverNode", "pointer"], ["hoverEdge", "pointer"], ["blurNode", ""], ["blurEdge", ""]]) network.on(event, () => { $("canvas").style.cursor = cursor; });
$("search").addEventListener("input", suggest);
$("search").addEventListener("focus", () => { if ($("search").value.trim()) suggest(); });
$("search").addEventListener("keydown", (e) => {
  if (e.isComposing) return; // Enter that ends an input method's word is not ours
  if (e.key === "ArrowDown" || e.key === "ArrowUp") { point(marked + (e.key === "ArrowDown" ? 1 : -1)); e.preventDefault(); }
  else if (e.key === "Enter") { if (hits.length) take(marked); }
  else if (e.key === "Escape") { $("hits").hidden = true; $("search").blur(); e.stopPropagation(); }
});
document.addEventListener("pointerdown", (e) => { if (!$("finder").contains(e.target)) $("hits").hidden = true; });
document.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) return;
  if (e.key === "/") { $("search").focus(); $("search").select(); e.preventDefault(); }
  else if (e.key === "f") fit();
  else if (e.key === "Escape") choose(null);
});
$("show-graph").addEventListener("click", () => show(false));
$("show-table").addEventListener("click", () => show(true));
$("home").addEventListener("click", home);
$("png").addEventListener("click", savePicture);
$("language").addEventListener("click", () => { state.language = 1 - state.language; store("kg-language", String(state.language)); dress(); paint(); });
$("theme").addEventListener("click", () => { state.dark = !state.dark; store("kg-theme", state.dark ? "dark" : "light"); dress(); paint(); });
$("legend-button").addEventListener("click", () => $("legend").classList.toggle("open"));
addEventListener("popstate", follow);
addEventListener("resize", () => fit());

dress(); draw(); follow();
network.once("afterDrawing", () => { document.documentElement.dataset.ready = "1"; performance.mark("kg-first-frame"); });
network.redraw();
