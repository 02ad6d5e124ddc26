// The panel: every fact with its sentence, and where it stands.

const link = (i, here = -1) =>
  i === here
    ? make("strong", {}, NODES[i].label)
    : make(
        "button",
        {
          type: "button",
          class: "link",
          on: (e) => {
            e.stopPropagation();
            choose({ node: i });
          },
        },
        NODES[i].label,
      );
const act = (id, words, on, kind = "act") => make("button", { type: "button", class: kind, id: id || null, on }, words);

function valueOf(v, here = -1) {
  if (typeof v === "number") return link(v, here);
  if (Array.isArray(v)) return make("button", { type: "button", class: "link", on: () => choose({ fact: v[0] }) }, factWords(FACTS[v[0]]));
  return /^gfc:/.test(v) ? named("concepts", local(v)) : /^(gf|org|rdf):/.test(v) ? named("properties", local(v)) : NAMES.properties.has(v) ? named("properties", v) : v;
}
const listOf = (values, here) => values.flatMap((v, n) => [n ? comma() : "", valueOf(v, here)]);
const plain = (values) => values.map((v) => (typeof v === "number" ? NODES[v].label : Array.isArray(v) ? factWords(FACTS[v[0]]) : valueOf(v))).join(comma());
const factWords = (f) =>
  [plain(role(f, "instrument")) || plain(role(f, "metric")) || named("facts", f.kind), sumOf(f) ? sumOf(f)[1] : ""].filter(Boolean).join(" ");

/** Who, what, to whom: the roles that make the sentence of a fact. */
function triple(f) {
  const r = (...names) => [...new Set(names.flatMap((n) => role(f, n)))];
  if (f.kind === "FinancingEvent") return [r("financier"), r("instrument"), r("recipient", "purpose").length ? r("recipient", "purpose") : r("product")];
  if (f.kind === "Observation") return [r("about"), r("metric"), []];
  if (f.kind === "Tenure") return [r("member"), r("title"), r("organization", "atDivision")];
  if (f.kind === "AgreementEvent") return [r("party").slice(0, 1), [named("properties", "agreement")], [...r("party").slice(1), ...r("document")]];
  return [r("subject"), r("predicate"), r("object")];
}

function timeWords(t) {
  if (!t) return "";
  const days = t[0] ? (t[1] && t[1] !== t[0] ? `${t[0]} – ${t[1]}` : t[0]) : say("dateless");
  const how = [t[2] ? `“${t[2]}”` : "", t[0] || t[3] !== "timeUnknown" ? named("concepts", t[3]) : "", t[0] && t[4] ? named("concepts", t[4]) : ""]
    .filter(Boolean)
    .join(" · ");
  return how ? `${days}（${how}）` : days;
}

/** The sentence with its marks: offsets count code points, so the text is taken apart as code points. */
function quote([p, marks], here) {
  const cps = Array.from(PASSAGES[p].text),
    out = make("blockquote", {});
  let at = 0;
  for (const [start, end, kind, node] of marks) {
    if (start < at) continue; // inside the one before
    out.append(cps.slice(at, start).join(""));
    const mark = make("mark", { class: kind === "Quantity" ? "sum-mark" : kind === "Time" ? "time-mark" : "name-mark" }, cps.slice(start, end).join(""));
    if (node >= 0 && node !== here) asButton(mark, () => choose({ node }));
    out.append(mark);
    at = end;
  }
  out.append(cps.slice(at).join(""));
  return out;
}

const dateOf = (a) =>
  a.date && a.date[0]
    ? (a.date[0] === a.date[1] ? a.date[0] : a.date[0].slice(0, 4)) + (a.date[3] === "timeInferred" ? `（${named("concepts", "timeInferred")}）` : "")
    : "";
const placeOf = (p) => (PASSAGES[p].sheet ? `${say("sheet", PASSAGES[p].sheet)} ` : "") + say("offset", PASSAGES[p].at.map(([s, e]) => `${s}–${e}`).join("、"));
const sourceWords = (a) => [a.paper, dateOf(a), a.page && say("page", a.page), a.reprint && say("reprint", a.reprint)].filter(Boolean).join(" ");

/** A sentence as one cites it: “…” ——《title》，paper date page，file, place. */
function citation(list) {
  const a = ARTICLES[PASSAGES[list[0]].article];
  return `“${list.map((p) => PASSAGES[p].text).join(" … ")}” ——《${a.title}》${a.byline.length ? `（${a.byline.join(" ")}）` : ""}${sourceWords(a) ? `，${sourceWords(a)}` : ""}，${a.file} ${list.map(placeOf).join("；")}${/^https?:\/\//.test(a.url) ? `，${a.url}` : ""}`;
}

/** Where some passages of one article are: title, paper, file, offsets; and a button that copies the citation. */
function sourceOf(...list) {
  const a = ARTICLES[PASSAGES[list[0]].article],
    again = list.flatMap((p) => PASSAGES[p].again),
    words = sourceWords(a);
  const copy = act(null, say("cite"), () => copyText(citation(list), copy), "cite");
  const where = /^https?:\/\//.test(a.url) ? make("a", { href: a.url, rel: "noopener noreferrer", target: "_blank" }, say("origin")) : "";
  return make(
    "footer",
    { class: "source" },
    make("cite", {}, `《${a.title}》`),
    words ? ` ${words} ` : " ",
    where,
    make("span", { class: "file" }, `${a.file} · ${list.map(placeOf).join("；")}`, ...again.map((s) => ` · ${say("again", s)}`)),
    copy,
  );
}

const SHOWN = new Set([
  "financier",
  "recipient",
  "purpose",
  "instrument",
  "stage",
  "aggregation",
  "about",
  "metric",
  "member",
  "title",
  "organization",
  "atDivision",
  "party",
  "subject",
  "predicate",
  "object",
]);

function card(n, here = -1) {
  const f = FACTS[n],
    [who, what, whom] = triple(f),
    s = sumOf(f),
    chips = [],
    rows = [];
  const chip = (text, kind = "chip") => text && chips.push(make("span", { class: kind }, text)),
    row = (key, ...values) => rows.push(make("dt", {}, key), make("dd", {}, ...values));
  const arrow = (x) => make("span", { class: "arrow" }, x),
    says = make(
      "div",
      { class: "says" },
      ...(who.length ? listOf(who, here) : f.kind === "FinancingEvent" ? [make("span", { class: "muted" }, say("unknownParty"))] : []),
    );
  if (f.kind === "FinancingEvent") says.append(...(whom.length ? [arrow("→"), ...listOf(whom, here)] : []));
  else if (f.kind === "AgreementEvent") says.append(arrow("⇄"), ...listOf(whom, here));
  else says.append(arrow("·"), ...listOf(what, here), ...(whom.length ? [arrow(f.kind === "Claim" ? "→" : "·"), ...listOf(whom, here)] : []));
  for (const r of ["instrument", "stage", "aggregation"]) for (const v of role(f, r)) chip(plain([v]));
  if (f.kind === "FinancingEvent" && whom.length > 1 && s) chip(say("total"));
  if (f.time) row(say("time2"), timeWords(f.time));
  for (const [k, text, words] of f.sums) if (k !== "amount") row(named("properties", k), text === words ? text : `${text}（${words}）`);
  const both = f.kind === "FinancingEvent" && role(f, "recipient").length && role(f, "purpose").length;
  for (const k of [...new Set(f.roles.map(([x]) => x))])
    if (!SHOWN.has(k) || (both && k === "purpose")) row(named("properties", k), ...listOf(role(f, k), here));
  row(
    say("factStatus"),
    make("span", { class: f.status === "reported" ? "" : "alert" }, named("concepts", f.status)),
    make("span", { class: "apart" }, `${say("confidence")} `),
    meter(f.confidence),
    make("code", { title: say("rule") }, f.rule),
  );
  const bound = s ? [s[4] ? named("concepts", s[4]) : "", s[1] === s[2] ? "" : s[2]].filter(Boolean).join(" · ") : "",
    articles = [...new Set(f.quotes.map(([p]) => PASSAGES[p].article))];
  return make(
    "article",
    {
      class: state.chosen && state.chosen.fact === n ? "card on" : "card",
      "data-fact": f.id,
      "aria-label": [plain(who), plain(what), plain(whom), s ? s[1] : ""].filter(Boolean).join(" "),
    },
    says,
    s ? make("div", { class: "sum" }, make("b", {}, s[1]), bound ? make("span", { class: "bound" }, bound) : "") : "",
    chips.length ? make("div", { class: "chips" }, ...chips) : "",
    ...articles.flatMap((a) => {
      const some = f.quotes.filter(([p]) => PASSAGES[p].article === a);
      return [...some.map((q) => quote(q, here)), sourceOf(...some.map(([p]) => p))];
    }),
    make("dl", { class: "more-roles" }, ...rows),
  );
}

function meter(value) {
  const bar = make("i", { class: "meter", "aria-hidden": "true" });
  bar.style.setProperty("--at", `${Math.round(value * 100)}%`);
  return make("span", { class: "sure" }, bar, String(value));
}

/** Cards by kind of fact, a few at a time. */
function cards(list, here, few = 8) {
  return Object.keys(DATA.names.facts).flatMap((kind) => {
    const some = list.filter((n) => FACTS[n].kind === kind).sort((a, b) => yuan(FACTS[b]) - yuan(FACTS[a]) || a - b);
    if (!some.length) return [];
    return [make("h3", {}, named("facts", kind), make("small", {}, String(some.length))), byPortion(some, few, (n) => [card(n, here)])];
  });
}

/** The elements of a long list, a portion at a time. */
function byPortion(list, portion, show) {
  const hold = make("div", {}),
    more = (from) => {
      hold.append(...list.slice(from, from + portion).flatMap(show));
      if (list.length > from + portion) {
        const b = act(null, say("more", Math.min(portion, list.length - from - portion), list.length), () => {
          b.remove();
          more(from + portion);
        });
        hold.append(b);
      }
    };
  more(0);
  return hold;
}

// ---- sums of money: only within one instrument, stage and aggregation
const ADDABLE = /^(single|increment)$/;
const kindOfMoney = (f) =>
  ["instrument", "stage", "aggregation"]
    .map((r) => plain(role(f, r)))
    .filter(Boolean)
    .join(" · ") + (f.status === "reported" ? "" : ` · ${named("concepts", f.status)}`);

/** The sums of some financings, a row for each kind of money: [words, how many, sum in words, the facts]. A sum is added once, and not where it is a part of another or shared with others than `here`. */
function totals(list, here = -1) {
  const groups = new Map();
  for (const n of list) {
    const f = FACTS[n];
    if (f.kind !== "FinancingEvent" || f.status === "negated" || !yuan(f)) continue;
    const k = kindOfMoney(f);
    if (!groups.has(k)) groups.set(k, []);
    groups.get(k).push(n);
  }
  return [...groups]
    .map(([words, some]) => {
      const whole = some.filter((n) => !role(FACTS[n], "partOfTotal").some((v) => Array.isArray(v) && some.includes(v[0]))),
        f0 = FACTS[some[0]];
      const shared = (n) => here >= 0 && !role(FACTS[n], "financier").includes(here) && relationsOfFact[n].length > 1 && triple(FACTS[n])[2].length > 1,
        own = whole.filter((n) => !shared(n));
      const each = whole.map((n) => `${sumOf(FACTS[n])[1]}${shared(n) ? `（${say("shared")}）` : ""}`),
        may = ADDABLE.test(local(role(f0, "aggregation")[0] || "")) && own.length === whole.length;
      const most = whole.reduce((m, n) => Math.max(m, yuan(FACTS[n])), 0);
      if (whole.length === 1) return [words, some.length, each[0], some, most];
      if (!may) return [words, some.length, `${each.slice(0, 4).join("；")}${each.length > 4 ? " …" : ""}`, some, most, say("apart")];
      return [words, some.length, added(own.map((n) => sumOf(FACTS[n]))), some, own.reduce((t, n) => t + yuan(FACTS[n]), 0)];
    })
    .sort((a, b) => b[4] - a[4]);
}

/** Sums added with their bounds: what is open at one end stays open. */
function added(sums) {
  const low = sums.every((s) => s[6] !== null) ? sums.reduce((t, s) => t + s[6], 0) : null,
    high = sums.every((s) => s[7] !== null) ? sums.reduce((t, s) => t + s[7], 0) : null,
    mid = sums.reduce((t, s) => t + s[3], 0);
  if (low !== null && high !== null) return low === high ? money(low) : `${money(low)}–${money(high)}`;
  if (low !== null) return `≥ ${money(low)}`;
  return high !== null ? `≤ ${money(high)}` : `≈ ${money(mid)}`;
}

function totalsTable(list, here) {
  const rows = totals(list, here);
  if (!rows.length) return [];
  return [
    make("h3", {}, say("totals")),
    make(
      "div",
      { class: "totals" },
      ...rows
        .slice(0, 8)
        .map(([words, n, sum, , , alone]) =>
          make("div", {}, make("span", {}, words, make("small", {}, ` ${say("times", n)}${alone ? ` · ${alone}` : ""}`)), make("b", {}, sum)),
        ),
    ),
    rows.length > 1 ? make("p", { class: "fine" }, say("totalsNote")) : "",
  ];
}

function panel() {
  const c = state.chosen,
    out = [];
  $("panel").classList.toggle("idle", !c);
  if (!c) out.push(...overview());
  else {
    out.push(make("button", { type: "button", class: "close", "aria-label": say("close"), title: say("close"), on: () => choose(null) }, "×"));
    if (c.node !== undefined) out.push(...nodePanel(c.node));
    else if (c.path) out.push(...pathPanel(c.path));
    else if (c.fact !== undefined)
      out.push(make("p", { class: "eyebrow" }, named("facts", FACTS[c.fact].kind)), make("h2", {}, factWords(FACTS[c.fact])), card(c.fact));
    else {
      const p = pairs.get(c.pair),
        list = [...new Set(p.edges.map((e) => e.fact).filter((n) => n >= 0))];
      out.push(make("p", { class: "eyebrow" }, say("between")), make("h2", {}, link(p.a), make("span", { class: "arrow" }, "—"), link(p.b)));
      if (p.edges.some((e) => e.fact < 0))
        out.push(
          make(
            "p",
            { class: "about" },
            `${NODES[p.edges.find((e) => e.fact < 0).from].label} ${relationName("locatedIn")} ${NODES[p.edges.find((e) => e.fact < 0).to].label}${say("colon")}${say("register")}`,
          ),
        );
      out.push(...cards(list, -1));
    }
  }
  $("panel").replaceChildren(...out);
  $("panel").scrollTop = 0;
}

/** A way from node to node: at each step the strongest fact, with its sentence. */
function pathPanel(path) {
  const step = (i, k) => {
    const live = pairs.get(pairKey(path[k], path[k + 1])).edges.filter(edgeOn),
      e = live.find((x) => x.fact >= 0);
    return [
      make("h3", { class: "way" }, link(path[k]), make("span", { class: "arrow" }, "—"), link(path[k + 1])),
      e ? card(e.fact) : make("p", { class: "muted" }, `${relationName("locatedIn")}${say("colon")}${say("register")}`),
    ];
  };
  return [
    make("p", { class: "eyebrow" }, say("steps", path.length - 1)),
    make("h2", {}, NODES[path[0]].label, make("span", { class: "arrow" }, "⋯"), NODES[path[path.length - 1]].label),
    ...path.slice(0, -1).flatMap(step),
  ];
}

function nodePanel(i) {
  const n = NODES[i],
    about = [n.size_text, n.mentions ? say("mentioned", n.mentions) : "", n.code ? `${say("code")} ${n.code}` : ""].filter(Boolean).join(" · "),
    fresh = neighbours(i).filter((j) => !places.has(j)).length,
    loose = leaves(i).length;
  const copy = act("copy-link", say("link"), () => copyText(location.href, copy)),
    route = act("path", say("path"), () => {
      state.from = i;
      note();
      route.classList.add("main");
    });
  return [
    make("p", { class: "eyebrow" }, glyph(n.kind), kindName(n.kind)),
    make("h2", {}, n.label),
    n.aliases.length ? make("p", { class: "about" }, `${say("alias")} ${n.aliases.join(comma())}`) : "",
    about ? make("p", { class: "about" }, about) : "",
    n.parent >= 0 ? make("p", { class: "about" }, `${say("within")} `, link(n.parent), make("span", { class: "muted" }, ` ${say("register")}`)) : "",
    make(
      "div",
      { class: "acts" },
      fresh ? act("expand", `${say("expand")} ${fresh}`, () => expand(i), "act main") : "",
      loose ? act("collapse", `${say("collapse")} ${loose}`, () => collapse(i)) : "",
      act("only", say("only"), () => onlyNear(i)),
      route,
      act("pin", say(state.pinned.has(i) ? "unpin" : "pin"), () => pin(i)),
      act("hide", say("hide"), () => hide(i)),
      copy,
    ),
    state.chosen.apart >= 0 ? make("p", { class: "about alert" }, say("noPath", NODES[state.chosen.apart].label)) : "",
    ...totalsTable(
      factsOf[i].filter((k) => ["financier", "recipient", "purpose"].some((r) => role(FACTS[k], r).includes(i))),
      i,
    ),
    ...(factsOf[i].length ? cards(factsOf[i], i) : [make("p", { class: "muted" }, say("noFacts"))]),
  ];
}

function overview() {
  const list = factsShown(),
    figure = (n, key) => make("div", {}, make("b", {}, n.toLocaleString("en")), make("span", {}, say(key)));
  const articles = filtered() ? new Set(list.flatMap((n) => FACTS[n].quotes.map(([p]) => PASSAGES[p].article))).size : ARTICLES.length;
  const lending = list.filter((n) => FACTS[n].kind === "FinancingEvent" && FACTS[n].status !== "negated"),
    top = lending
      .filter((n) => yuan(FACTS[n]))
      .sort((a, b) => yuan(FACTS[b]) - yuan(FACTS[a]) || a - b)
      .slice(0, 7);
  const line = (n) => {
    const [who, what, whom] = triple(FACTS[n]);
    return make(
      "button",
      { type: "button", class: "rank", on: () => choose({ fact: n }) },
      make(
        "span",
        { class: "what" },
        plain(who),
        who.length && whom.length ? make("span", { class: "arrow" }, "→") : "",
        plain(whom),
        make("small", {}, [plain(what), plain(role(FACTS[n], "stage")), plain(role(FACTS[n], "aggregation"))].filter(Boolean).join(" · ")),
      ),
      make("b", {}, sumOf(FACTS[n])[1]),
    );
  };
  return [
    make("h2", { class: "lede" }, lending.length ? say("lede", articles, lending.length) : DATA.title),
    make("p", { class: "about" }, say("hint")),
    DATA.privacy ? make("p", { class: "fine" }, say("published")) : "",
    make(
      "div",
      { class: "figures" },
      figure(filtered() ? new Set(list.flatMap((n) => membersOf[n])).size : NODES.length, "entities"),
      figure(list.length, "facts"),
      figure(articles, "articles"),
    ),
    ...(top.length ? [make("h3", {}, say("largest"))] : []),
    ...top.map(line),
    ...totalsTable(lending, -1),
    asides(),
    make("p", { class: "keys" }, say("keys")),
  ];
}

/** The numbers that are no fact's, each with the reason and its sentence; filled when opened. */
function asides() {
  if (!DATA.asides.length) return "";
  const out = make("details", {}, make("summary", {}, `${say("asides")} `, make("small", {}, String(DATA.asides.length))));
  out.addEventListener("toggle", () => {
    if (out.childElementCount === 1)
      out.append(
        byPortion(DATA.asides, 40, ([text, reason, q]) => [
          make(
            "p",
            { class: "aside" },
            make("b", {}, text),
            make("span", { class: reason ? "muted" : "chip alert" }, reason ? named("concepts", reason) : say("unexplained")),
          ),
          quote(q, -1),
          sourceOf(q[0]),
        ]),
      );
  });
  return out;
}
