// The picture: what is drawn, how it looks, and which labels have room.

const MANY = 80; // up to so many nodes, dimmed ones keep their names
const places = new Map(),
  memory = new Map(),
  boxes = new vis.DataSet(),
  lines = new vis.DataSet();
const network = new vis.Network($("canvas"), { nodes: boxes, edges: lines }, DATA.options);
let drawn = [],
  drawnPairs = [];

/** The half sizes of a node with its name, and how far its sign stands above their middle. */
function extent(i) {
  const text = wrap(NODES[i].label).split("\n"),
    r = radius(i),
    size = letters(i),
    down = (text.length * size * 1.2) / 2;
  return { w: Math.max(r, (Math.max(...text.map(em)) * size) / 2) + 4, h: r + down + 3, down };
}

/** The room of the stage that names and signs may fill. */
function roomy() {
  const box = $("stage").getBoundingClientRect();
  return 0.33 * Math.max(300, box.width - 36) * Math.max(300, box.height - 84);
}

/** The nodes to draw: the chosen scene, or the most telling that pass the filters; pinned ones always. */
function visible() {
  if (!state.scene && !state.only)
    return [
      ...new Set([...story(roomy() * (1 + state.extra)), ...[...state.pinned].filter((i) => !state.hidden.has(i)), ...nodesOf(state.chosen).filter(nodeOn)]),
    ];
  const pool = [...(state.scene || state.only)].filter(nodeOn),
    within = new Set(pool);
  if (!narrowed() && !state.off.group.size) return pool;
  const chosen = new Set(nodesOf(state.chosen)),
    live = new Set(factsShown().flatMap((n) => membersOf[n]));
  return pool.filter((i) => chosen.has(i) || state.pinned.has(i) || live.has(i) || pairsOf[i].some((k) => within.has(other(k, i)) && pairOn(pairs.get(k))));
}

const wrap = (text, at = 9) => {
  const c = [...text],
    out = [],
    width = c.length <= at + 2 ? c.length : Math.ceil(c.length / Math.ceil(c.length / at));
  for (let i = 0; i < c.length; i += width || 1) out.push(c.slice(i, i + width).join(""));
  return out.slice(0, 3).join("\n") + (out.length > 3 ? "…" : "");
};
const em = (text) => [...text].reduce((n, c) => n + (c > "\u2000" ? 1 : 0.58), 0); // width in letters
const letters = (i) => 12.5 + Math.min(2.5, Math.sqrt(pairsOf[i].length) / 2); // a label's size on the screen
const radius = (i) => Math.min(24, 7 + 2.2 * Math.sqrt(pairsOf[i].length));
const isMoney = (p) => p.edges.some((e) => e.fact >= 0 && FACTS[e.fact].kind === "FinancingEvent" && edgeOn(e));

const inTotal = () => say("total") + (state.language ? " " : "");
function edgeWords(p, full) {
  const live = p.edges.filter(edgeOn),
    e = live[0],
    f = e && FACTS[e.fact];
  if (!e) return "";
  const s = f && f.kind === "FinancingEvent" ? sumOf(f) : null,
    several = s && relationsOfFact[e.fact].length > 1;
  if (!full) return s ? `${several ? inTotal() : ""}${s[1]}` : "";
  let words = relationName(e.relation);
  if (f && f.kind === "Tenure") words = role(f, "title").join("、") || words;
  if (s) words += ` ${several ? inTotal() : ""}${s[1]}`;
  const others = new Set(live.map((x) => x.relation).filter((r) => r !== "supports" && r !== "finances" && r !== e.relation)).size;
  return [...words].slice(0, 26).join("") + (others ? ` +${others}` : "");
}

/** The middle of the box that holds a node and its name. */
const middleOf = (p) => [p.x, p.y + (p.above ? -p.down : p.down)];

/** Lay out and draw what is visible. keep: leave drawn nodes where they are and put new ones round `near`. */
function draw({ keep = false, near = -1 } = {}) {
  drawn = visible();
  if (keep === "some") keep = drawn.filter((i) => places.has(i)).length >= 0.6 * drawn.length; // after a filter: what stays, stays where it is
  if (!keep) memory.clear();
  const at = new Map(drawn.map((i, n) => [i, n])),
    seen = new Set();
  for (const i of drawn) for (const k of pairsOf[i]) if (at.has(other(k, i)) && pairOn(pairs.get(k))) seen.add(k);
  drawnPairs = [...seen].map((k) => pairs.get(k));
  const spots = drawn.map((i) => ({ key: i, x: 0, y: 0, ...extent(i) }));
  const box = $("stage").getBoundingClientRect(),
    wide = Math.max(200, box.width - 36),
    high = Math.max(200, box.height - 84),
    before = new Map(places);
  if (keep && drawn.some((i) => before.has(i))) {
    const centre = before.get(near) || { x: 0, y: 0 },
      fresh = spots.filter((s) => !before.has(s.key));
    spots.forEach((s) => {
      const p = before.get(s.key);
      if (p) {
        [s.x, s.y] = middleOf(p);
        s.fixed = true;
      }
    });
    fresh.forEach((s, n) => {
      // where it was before, else round its neighbours
      const was = memory.get(s.key),
        ties =
          near >= 0
            ? []
            : neighbours(s.key)
                .filter((j) => before.has(j))
                .map((j) => before.get(j)),
        a = (n / fresh.length) * 6.2832,
        far = near >= 0 ? 150 + 50 * Math.floor(n / 12) : 70;
      const from = ties.length ? { x: ties.reduce((t, p) => t + p.x, 0) / ties.length, y: ties.reduce((t, p) => t + p.y, 0) / ties.length } : centre;
      [s.x, s.y] = was ? middleOf({ ...was, down: s.down }) : [from.x + far * Math.cos(a), from.y + far * Math.sin(a)];
    });
    apart(spots, 200);
  } else if (spots.length) {
    place(
      spots,
      drawnPairs.map((p) => [at.get(p.a), at.get(p.b), radius(p.a) + radius(p.b) + (isMoney(p) ? em(edgeWords(p)) * 12 + 56 : 50)]),
      wide,
      high,
    );
    for (const s of spots)
      if (state.pinned.has(s.key) && before.has(s.key)) {
        [s.x, s.y] = middleOf(before.get(s.key));
        s.fixed = true;
      }
    if (spots.some((s) => s.fixed)) apart(spots, 160);
  }
  const rise = new Map(drawn.map((i) => [i, [0, 0]])),
    middle = new Map(spots.map((s) => [s.key, s])); // do a node's edges come from below? Then its name stands above
  for (const p of drawnPairs)
    for (const [i, j] of [
      [p.a, p.b],
      [p.b, p.a],
    ]) {
      const a = middle.get(i),
        b = middle.get(j),
        r = rise.get(i),
        w = isMoney(p) ? 2 : 1;
      r[0] += (w * (b.y - a.y)) / (Math.hypot(a.x - b.x, a.y - b.y) || 1);
      r[1] += w;
    }
  places.clear();
  for (const s of spots) {
    const [sum, n] = rise.get(s.key),
      old = keep && before.get(s.key);
    s.above = old ? old.above : n > 0 && sum / n > 0.3;
    s.y += s.above ? s.down : -s.down; // the box holds sign and name
    places.set(s.key, s);
    memory.set(s.key, s);
  }
  written = { ...written, onEdges: [], onNodes: [] };
  boxes.clear();
  lines.clear();
  network.setOptions({ interaction: { hideEdgesOnDrag: drawnPairs.length > 400, hideEdgesOnZoom: drawnPairs.length > 400 } });
  if (keep && drawn.every((i) => before.has(i))) paint();
  else fit();
  note();
}

/** The line under the picture: how much of the graph is drawn, or what is asked of the reader. */
function note() {
  const rest = NODES.length - drawn.length - state.hidden.size,
    canGrow = !state.scene && !state.only && rest > 0 && storyGoesOn && drawn.length < 400;
  $("status").replaceChildren(
    state.from >= 0
      ? make("b", {}, say("pick"))
      : make("span", {}, say("status", drawn.length, NODES.length), state.hidden.size ? ` · ${say("hiddenCount", state.hidden.size)}` : ""),
    canGrow && state.from < 0
      ? make(
          "button",
          {
            type: "button",
            id: "grow",
            on: () => {
              remember();
              state.extra += 0.8;
              draw();
            },
          },
          say("grow"),
        )
      : "",
    make("span", { class: "wide" }, say("width")),
  );
}

/** Which labels fit at this zoom, the chosen and the most connected first: a label has one size on the screen and covers no other and no node. */
function readable(first, scale, unit) {
  const meets = (a) => (o) => o.i !== a.i && o.l < a.r && a.l < o.r && o.t < a.b && a.t < o.b,
    taken = [],
    out = new Map();
  const circles = drawn.map((i) => {
    const p = places.get(i),
      r = radius(i) * unit;
    return { i, l: p.x - r, r: p.x + r, t: p.y - r, b: p.y + r };
  });
  for (const i of [...drawn].sort((a, b) => first.has(b) - first.has(a) || score[b] - score[a] || a - b)) {
    const text = wrap(NODES[i].label).split("\n"),
      p = places.get(i),
      w = (Math.max(...text.map(em)) * letters(i)) / 2 / scale,
      tall = (text.length * letters(i) * 1.14) / scale,
      from = radius(i) * unit + 1 / scale;
    const up = p.above ? p.y - from - tall : p.y + from,
      spot = { i, l: p.x - w, r: p.x + w, t: up, b: up + tall };
    if ((taken.some(meets(spot)) || circles.some(meets(spot))) && !(first.has(i) && first.size < 16 && !taken.some(meets(spot)))) continue;
    taken.push(spot);
    out.set(i, spot);
  }
  return { labels: out, taken: [...taken, ...circles] };
}

/** Where on an edge its words have room, near its middle first; null where nowhere. */
function roomFor(words, a, b, scale, taken) {
  if (!words) return null;
  const w = (em(words) * 5.8 + 3) / scale,
    h = 8 / scale;
  for (const t of [0.5, 0.58, 0.42, 0.66, 0.34, 0.73, 0.27]) {
    const x = a.x + (b.x - a.x) * t,
      y = a.y + (b.y - a.y) * t,
      spot = { l: x - w, r: x + w, t: y - h, b: y + h };
    if (taken.some((o) => o.l < spot.r && spot.l < o.r && o.t < spot.b && spot.t < o.b)) continue;
    taken.push(spot);
    return { x, y };
  }
  return null;
}

/** What is lit: the nodes and edges that the chosen thing is about. */
function lit() {
  const c = state.chosen,
    near = new Set(),
    bright = new Set();
  if (!c) return { near, bright };
  if (c.pair !== undefined) {
    bright.add(c.pair);
    near.add(pairs.get(c.pair).a).add(pairs.get(c.pair).b);
  }
  if (c.node !== undefined) {
    near.add(c.node);
    for (const k of pairsOf[c.node])
      if (places.has(other(k, c.node)) && pairOn(pairs.get(k))) {
        bright.add(k);
        near.add(other(k, c.node));
      }
  }
  if (c.path)
    c.path.forEach((i, k) => {
      near.add(i);
      if (k) bright.add(pairKey(i, c.path[k - 1]));
    });
  if (c.fact !== undefined) {
    for (const i of membersOf[c.fact]) near.add(i);
    for (const p of drawnPairs) if (p.edges.some((e) => e.fact === c.fact)) bright.add(p.key);
  }
  return { near, bright };
}

/** How every drawn node and edge looks now, in plain values: the canvas and the saved SVG are made from these. */
function looks(scale) {
  const few = drawn.length <= MANY,
    unit = Math.min(few ? 1.6 : 1.2, 1 / Math.sqrt(scale)),
    { near, bright } = lit(),
    dim = near.size > 0,
    { labels, taken } = readable(near, scale, unit),
    c = state.chosen;
  const told = new Set(),
    order = [...drawnPairs].sort(
      (p, q) => bright.has(q.key) - bright.has(p.key) || isMoney(q) - isMoney(p) || worth(q.edges[0]) - worth(p.edges[0]) || (p.key < q.key ? -1 : 1),
    );
  return {
    unit,
    nodes: drawn.map((i) => {
      const on = !dim || near.has(i),
        p = places.get(i);
      return {
        i,
        x: p.x,
        y: p.y,
        on,
        main: Boolean(c && c.node === i),
        pinned: state.pinned.has(i),
        shape: look(NODES[i].kind)[0],
        r: radius(i) * unit,
        text: labels.has(i) && (on || few) ? wrap(NODES[i].label) : "",
        size: letters(i),
      };
    }),
    edges: order.map((p) => {
      const live = p.edges.filter(edgeOn),
        e = live[0],
        f = FACTS[e.fact],
        on = !dim || bright.has(p.key),
        shining = dim && on,
        cash = isMoney(p),
        once = !shining && e.fact >= 0 && told.has(e.fact),
        words = on && (shining || few) && !once ? edgeWords(p, shining) : "",
        a = places.get(p.a),
        b = places.get(p.b);
      const sum = Math.max(0, ...live.map(worth)),
        mutual = ["agreement", "cooperatesWith"].includes(e.relation);
      const spot = roomFor(words, a, b, scale, taken);
      if (spot && e.fact >= 0) told.add(e.fact); // the sum of several is told once
      return {
        p,
        from: e.from,
        to: e.to,
        on,
        shining,
        cash,
        negated: Boolean(f && f.status === "negated"),
        dashed: Boolean(f && f.status !== "reported"),
        width: (cash ? 1.6 + (few ? 6 : 3) * Math.sqrt(Math.sqrt(sum / largest)) : 1.1) * unit,
        arrow: !mutual && (cash || shining),
        back: !mutual && (cash || shining) && live.some((x) => x.from !== e.from),
        words: spot ? words : "",
        spot,
      };
    }),
  };
}

/** Put the looks on the canvas. */
function paint() {
  const scale = Math.min(2.2, Math.max(0.25, network.getScale())),
    { nodes, edges } = looks(scale),
    [paper, text, soft, accent, line, cashLine, warn, face] = ["--bg", "--ink", "--soft", "--accent", "--edge", "--cash", "--warn", "--sans"].map(ink);
  boxes.update(
    [...nodes].reverse().map(({ i, x, y, on, main, pinned, shape, r }) => {
      // hubs last, so on top
      const fillColour = colour(NODES[i].kind),
        border = main ? accent : pinned ? text : paper;
      return {
        id: i,
        x,
        y,
        shape,
        size: r * (ROUND[shape] || 1),
        opacity: on ? 1 : 0.22,
        borderWidth: (main ? 3 : pinned ? 2 : 1.2) / scale,
        borderWidthSelected: 3 / scale,
        shapeProperties: { borderDashes: pinned && !main ? [3, 2] : false },
        color: { background: fillColour, border, highlight: { background: fillColour, border: accent }, hover: { background: fillColour, border: accent } },
      };
    }),
  );
  lines.update(
    edges.map((e) => {
      const shade = e.negated ? warn : e.shining ? accent : e.cash ? cashLine : line;
      return {
        id: e.p.key,
        from: e.from,
        to: e.to,
        width: e.width,
        dashes: e.dashed ? [6, 4] : false,
        color: { color: shade, highlight: accent, hover: accent, opacity: e.on ? (e.cash || e.shining ? 0.9 : 0.8) : 0.16 },
        arrows: { to: { enabled: e.arrow, scaleFactor: e.cash ? 0.5 : 0.4 }, from: { enabled: e.back, scaleFactor: 0.4 } },
      };
    }),
  );
  written = {
    scale,
    face,
    paper,
    onEdges: edges.filter((e) => e.words).map((e) => ({ text: e.words, x: e.spot.x, y: e.spot.y, ink: e.cash ? ink("--cash-ink") : soft })),
    onNodes: nodes.filter((n) => n.text).map((n) => ({ i: n.i, lines: n.text.split("\n"), size: n.size, reach: n.r, ink: n.on ? text : ink("--dim") })),
  };
}

/** The words in the picture, put on by ourselves: level, each on paper of its own, where looks() found room. */
let written = { scale: 1, onEdges: [], onNodes: [] };
network.on("afterDrawing", (pen) => {
  const { scale, face, paper, onEdges, onNodes } = written,
    at = network.getPositions(onNodes.map((n) => n.i)),
    list = onEdges.map((e) => ({ ...e, font: `600 ${11.5 / scale}px ${face}` }));
  for (const { i, lines: rows, size, reach, ink: shade } of onNodes) {
    const high = (size * 1.16) / scale,
      up = places.get(i) && places.get(i).above ? at[i].y - reach - 2 / scale - rows.length * high : at[i].y + reach + 3 / scale;
    rows.forEach((row, k) => list.push({ text: row, x: at[i].x, y: up + (k + 0.5) * high, ink: shade, font: `${size / scale}px ${face}` }));
  }
  pen.save();
  Object.assign(pen, { textAlign: "center", textBaseline: "middle", lineJoin: "round", lineWidth: 4 / scale, strokeStyle: paper });
  for (const { text, x, y, font } of list) {
    pen.font = font;
    pen.strokeText(text, x, y);
  }
  for (const { text, x, y, font, ink: shade } of list) {
    pen.font = font;
    pen.fillStyle = shade;
    pen.fillText(text, x, y);
  }
  pen.restore();
});

/** The node whose name stands at a place of the picture; -1 where none does. */
function nameAt({ x, y }) {
  const { scale, onNodes } = written;
  for (const { i, lines: rows, size, reach } of onNodes) {
    const p = places.get(i),
      half = (Math.max(...rows.map(em)) * size) / 2 / scale,
      tall = (rows.length * size * 1.16) / scale + 4 / scale,
      up = p.above ? p.y - reach - tall : p.y + reach;
    if (Math.abs(x - p.x) <= half && y >= up && y <= up + tall) return i;
  }
  return -1;
}

/** Show all drawn nodes, or the given ones, with room for their labels; glide: move there in a moment instead of at once. */
function fit(which = drawn, glide = false) {
  const spots = which
      .map((i) => places.get(i))
      .filter(Boolean)
      .map((p) => ({ x: p.x, y: middleOf(p)[1], w: p.w, h: p.h })),
    box = $("stage").getBoundingClientRect();
  if (!spots.length || !box.width) return;
  const sheet = narrow() && !$("panel").classList.contains("idle") ? $("panel").offsetHeight : 0,
    [l, t, r, b] = frame(spots),
    still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const scale = Math.min(glide ? 1.5 : 1.15, (box.width - (glide ? 100 : 16)) / (r - l), Math.max(120, box.height - sheet - 56) / (b - t));
  network.moveTo({
    position: { x: (l + r) / 2, y: (t + b) / 2 + sheet / 2 / scale },
    scale,
    animation: glide && !still ? { duration: 320, easingFunction: "easeInOutQuad" } : false,
  });
  if (!glide || still) paint();
}
