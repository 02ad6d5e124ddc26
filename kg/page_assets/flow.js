// The flow of money, from who gives it to what it is for: one instrument, stage and aggregation at a time, the width of a band is its sum.

const BANDS = 40;

/** The kinds of money among the facts that pass, the largest first: key, words, facts. */
function kindsOfMoney() {
  const out = new Map();
  for (const n of factsShown()) {
    const f = FACTS[n];
    if (f.kind !== "FinancingEvent" || f.status === "negated" || !yuan(f)) continue;
    const key = ["instrument", "stage", "aggregation"].map((r) => role(f, r).map(local).join("+")).join("/") + (f.status === "reported" ? "" : `/${f.status}`);
    if (!out.has(key)) out.set(key, { key, words: kindOfMoney(f) || named("facts", f.kind), list: [] });
    out.get(key).list.push(n);
  }
  return [...out.values()].sort((a, b) => b.list.length - a.list.length || (a.key < b.key ? -1 : 1));
}

function flow() {
  const kinds = kindsOfMoney(),
    now = kinds.find((k) => k.key === state.flow) || kinds[0];
  const tabs = kinds.map((k) =>
    make(
      "button",
      {
        type: "button",
        class: "tab",
        "aria-pressed": String(k === now),
        "data-flow": k.key,
        on: () => {
          state.flow = k.key;
          flow();
        },
      },
      k.words,
      make("small", {}, String(k.list.length)),
    ),
  );
  $("flow").replaceChildren(
    make("p", { class: "fine lead" }, say("flowNote")),
    make("div", { class: "tabs", role: "group" }, ...tabs),
    ...(now ? flowPicture(now.list) : [make("p", { class: "empty" }, say("flowNone"))]),
  );
}

/** The picture of some financings of one kind. A sum stated for several together is one band to one end that names them all. */
function flowPicture(list) {
  const width = Math.max(320, $("stage").clientWidth - 48),
    column = Math.min(230, width * 0.3),
    right = width - Math.min(300, width * 0.38),
    fits = (px) => Math.max(4, Math.floor((px - 12) / 13.2));
  const end = (v) => (v.length ? [...v].sort().join("+") : "?"),
    words = (v) => (v.length ? plain(v) : say("unknownParty"));
  const shown = [...list].sort((a, b) => yuan(FACTS[b]) - yuan(FACTS[a]) || a - b).slice(0, BANDS),
    sides = [new Map(), new Map()];
  const bands = shown.map((n) => {
    const [who, , whom] = triple(FACTS[n]),
      members = [who, whom];
    members.forEach((v, side) => {
      const k = end(v);
      if (!sides[side].has(k)) sides[side].set(k, { words: words(v), nodes: v, total: 0, n: 0 });
      const s = sides[side].get(k);
      s.total += yuan(FACTS[n]);
      s.n++;
    });
    return { n, a: sides[0].get(end(who)), b: sides[1].get(end(whom)), v: yuan(FACTS[n]) };
  });
  const [from, to] = sides.map((m) => [...m.values()].sort((p, q) => q.total - p.total)),
    all = bands.reduce((s, b) => s + b.v, 0) || 1,
    scale = Math.max(320, 24 * to.length) / all,
    thick = (v) => Math.max(1.5, v * scale);
  const stack = (ends, of, slot, chars) => {
    let y = 12;
    for (const e of ends) {
      e.lines = wrapTo(e.words, chars);
      e.h = bands.filter((b) => b[of] === e).reduce((s, b) => s + thick(b.v), 0);
      e.slot = Math.max(slot, e.h, e.lines.length * 16 + 8);
      e.y = y + (e.slot - e.h) / 2;
      e.at = e.y;
      y += e.slot + 10;
    }
    return y;
  };
  const heights = [stack(from, "a", 44, fits(column)), stack(to, "b", 30, fits(width - right))],
    left = 12 + 13 * Math.max(...from.map((e) => Math.max(...e.lines.map(em)))),
    height = Math.max(...heights);
  [from, to].forEach((ends, k) => {
    for (const e of ends) {
      const d = (height - heights[k]) / 2;
      e.y += d;
      e.at += d;
    }
  });
  bands.sort((p, q) => from.indexOf(p.a) - from.indexOf(q.a) || to.indexOf(p.b) - to.indexOf(q.b));
  for (const b of bands) {
    b.h = thick(b.v);
    b.y0 = b.a.at;
    b.a.at += b.h;
  }
  for (const b of [...bands].sort((p, q) => to.indexOf(p.b) - to.indexOf(q.b) || from.indexOf(p.a) - from.indexOf(q.a))) {
    b.y1 = b.b.at;
    b.b.at += b.h;
  }
  const out = svg("svg", {
      viewBox: `0 0 ${width} ${Math.ceil(height + 8)}`,
      width,
      height: Math.ceil(height + 8),
      class: "sankey",
      role: "group",
      "aria-label": say("flow"),
    }),
    middle = (left + right) / 2;
  for (const b of bands) {
    const s = sumOf(FACTS[b.n]),
      [who, , whom] = triple(FACTS[b.n]),
      shape = `M${left + 8} ${b.y0}C${middle} ${b.y0} ${middle} ${b.y1} ${right - 8} ${b.y1}V${b.y1 + b.h}C${middle} ${b.y1 + b.h} ${middle} ${b.y0 + b.h} ${left + 8} ${b.y0 + b.h}Z`;
    const band = svg(
      "path",
      { d: shape, class: "band", "data-fact": b.n, "aria-label": `${words(who)} → ${words(whom)} ${s[1]}` },
      svg("title", {}, `${words(who)} → ${words(whom)} ${s[1]}`),
    );
    if (state.chosen && state.chosen.fact === b.n) band.classList.add("on");
    out.append(asButton(band, () => choose({ fact: b.n })));
  }
  const label = (e, x, anchor) => {
    const y = e.y + e.h / 2 - ((e.lines.length - 1) * 16) / 2;
    const text = svg("text", { "text-anchor": anchor, class: "end" }, ...e.lines.map((l, k) => svg("tspan", { x, y: y + k * 16, dy: "0.35em" }, l)));
    if (e.nodes.length === 1 && typeof e.nodes[0] === "number") asButton(text, () => choose({ node: e.nodes[0] }));
    return text;
  };
  for (const e of from) out.append(svg("rect", { x: left, y: e.y, width: 8, height: Math.max(2, e.h), class: "bar" }), label(e, left - 8, "end"));
  for (const e of to) out.append(svg("rect", { x: right - 8, y: e.y, width: 8, height: Math.max(2, e.h), class: "bar to" }), label(e, right + 8, "start"));
  for (const b of bands) {
    // the sum as written, on its band near its end
    if (b.b.n > 1 && b.h < 14) continue;
    out.append(svg("text", { x: right - 14, y: b.y1 + b.h / 2, dy: "0.35em", "text-anchor": "end", class: "figure" }, sumOf(FACTS[b.n])[1]));
  }
  return [out, list.length > shown.length ? make("p", { class: "fine" }, say("flowMore", list.length - shown.length)) : ""];
}

/** Words in lines of so many letters, four at most. */
function wrapTo(text, at) {
  const c = [...text],
    out = [];
  for (let i = 0; i < c.length; i += at) out.push(c.slice(i, i + at).join(""));
  return out.length > 4 ? [...out.slice(0, 3), `${[...out[3]].slice(0, at - 1).join("")}…`] : out.length ? out : [""];
}
