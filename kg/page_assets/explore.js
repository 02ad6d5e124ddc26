// Walking the graph: choose, expand, collapse, hide, pin, find a path, go back.

/** The nodes that something chosen speaks of. */
function nodesOf(c) {
  if (!c) return [];
  if (c.path) return c.path;
  if (c.node !== undefined) return [c.node];
  return c.pair !== undefined ? [pairs.get(c.pair).a, pairs.get(c.pair).b] : membersOf[c.fact];
}
const chosenNode = () => (state.chosen && state.chosen.node !== undefined ? state.chosen.node : -1);

/** The shortest way from one node to another along edges that pass the filters, by facts if it can, else with the register's help; or null. */
function way(from, to) {
  const search = (good) => {
    const before = new Map([[from, -1]]),
      queue = [from];
    for (const i of queue) {
      if (i === to) {
        const path = [];
        for (let k = to; k >= 0; k = before.get(k)) path.unshift(k);
        return path;
      }
      for (const key of pairsOf[i]) {
        const j = other(key, i);
        if (!before.has(j) && nodeOn(j) && pairs.get(key).edges.some((e) => edgeOn(e) && good(e))) {
          before.set(j, i);
          queue.push(j);
        }
      }
    }
    return null;
  };
  return search((e) => e.fact >= 0) || search(() => true);
}

/** Choose a node, an edge ({pair}), a fact or a path; null closes. move: bring it into view. */
function choose(chosen, { move = true, address = true } = {}) {
  if (chosen && chosen.node !== undefined && state.from >= 0) {
    const path = state.from === chosen.node ? null : way(state.from, chosen.node);
    chosen = path ? { path } : { node: chosen.node, apart: state.from === chosen.node ? -1 : state.from };
    move = true;
  }
  state.from = -1;
  state.chosen = chosen;
  const wanted = nodesOf(chosen),
    missing = wanted.filter((i) => !places.has(i));
  if (missing.length) {
    for (const i of wanted) {
      state.off.kind.delete(NODES[i].kind);
      state.hidden.delete(i);
      if (state.only && !state.only.has(i)) {
        state.only = null;
        state.onlyOf = -1;
      }
    }
    sift();
    const around = wanted.length === 1 ? best(neighbours(wanted[0])).slice(0, Math.max(12, Math.round(roomy() / 5200))) : [];
    state.scene = new Set([...wanted, ...around]);
    legend();
    panel();
    draw();
    views();
  } else {
    panel();
    paint();
    note();
    if (move && wanted.length && state.view === "graph") fit(wanted.length > 1 ? wanted : [...wanted, ...neighbours(wanted[0])], true);
    views();
  }
  if (address) remark(true);
  tell(chosen);
}

/** Say the chosen to a screen reader: one line, not the whole panel. */
function tell(c) {
  $("said").textContent = !c
    ? ""
    : c.node !== undefined
      ? `${NODES[c.node].label}${comma()}${kindName(NODES[c.node].kind)}${comma()}${factsOf[c.node].length} ${say("facts")}`
      : nodesOf(c)
          .map((i) => NODES[i].label)
          .join(comma());
}

/** Bring the address up to date; `step`: as a step that Back undoes. */
function remark(step = false) {
  const hash = writeAddress();
  if (hash !== location.hash) history[step ? "pushState" : "replaceState"](null, "", hash || location.href.split("#")[0]);
}

/** Open what the address says. */
function follow() {
  if (!location.hash && !state.chosen && !filtered() && state.view === "graph") return;
  const chosen = readAddress();
  show(state.view, false);
  refilter(false);
  choose(chosen, { address: false });
}

const best = (list) => [...list].sort((a, b) => score[b] - score[a] || a - b);

// ---- undo: what the reader changed, step by step
const past = [];
function remember() {
  const off = Object.fromEntries(Object.entries(state.off).map(([k, v]) => [k, new Set(v)]));
  past.push({
    kept: {
      ...state,
      off,
      sums: [...state.sums],
      time: [...state.time],
      hidden: new Set(state.hidden),
      pinned: new Set(state.pinned),
      scene: state.scene && new Set(state.scene),
    },
    spots: new Map([...places].map(([k, p]) => [k, { ...p }])),
  });
  if (past.length > 60) past.shift();
  $("undo").disabled = false;
}
function undo() {
  const step = past.pop();
  $("undo").disabled = !past.length;
  if (!step) return;
  const { language, dark, view, chosen } = state;
  Object.assign(state, step.kept, { language, dark, view, chosen: step.kept.chosen || chosen });
  places.clear();
  for (const [k, p] of step.spots) places.set(k, p);
  sift();
  legend();
  panel();
  draw({ keep: true });
  views();
  remark();
}

/** Add the neighbours of a node to the picture, the most telling first; all others stay where they are. */
function expand(i) {
  const fresh = best(neighbours(i).filter((j) => !places.has(j))).slice(0, 40);
  if (!fresh.length) return;
  remember();
  state.scene = new Set([...drawn, i, ...fresh]);
  if (state.only) for (const j of fresh) state.only.add(j);
  draw({ keep: true, near: i });
  fit(drawn, true);
  panel();
}

/** The neighbours that hang on this node alone. */
const leaves = (i) => neighbours(i).filter((j) => places.has(j) && !state.pinned.has(j) && neighbours(j).every((k) => k === i || !places.has(k)));
function collapse(i) {
  const gone = new Set(leaves(i));
  if (!gone.size) return;
  remember();
  state.scene = new Set(drawn.filter((j) => !gone.has(j)));
  draw({ keep: true });
  panel();
}

/** This node and its neighbours, in every view. */
function onlyNear(i) {
  remember();
  state.only = null;
  sift();
  state.only = new Set([i, ...neighbours(i)]);
  state.onlyOf = i;
  state.scene = new Set(best([...state.only].filter((j) => j !== i)).slice(0, 120)).add(i);
  refilter(true, false);
  choose({ node: i }, { move: false });
}

function hide(i) {
  remember();
  state.hidden.add(i);
  state.pinned.delete(i);
  state.chosen = null;
  if (!state.scene) state.scene = new Set(drawn);
  sift();
  legend();
  panel();
  draw({ keep: true });
  views();
  remark();
}

function pin(i) {
  remember();
  if (!state.pinned.delete(i)) state.pinned.add(i);
  panel();
  paint();
}

/** Everything as it was at the start. */
function home() {
  remember();
  clearFilters();
  Object.assign(state, { scene: null, chosen: null, from: -1, extra: 0, page: 0 });
  state.pinned.clear();
  refilter(true, false);
}
function clearFilters() {
  for (const set of Object.values(state.off)) set.clear();
  Object.assign(state, { sums: [0, Infinity], time: [0, Infinity], undated: true, programme: -1, county: -1, only: null, onlyOf: -1 });
  state.hidden.clear();
}

/** The node that lies in a direction from the chosen one: nearest, and not too far aside. Neighbours count as nearer. */
function step(dx, dy) {
  const from = chosenNode(),
    p = places.get(from);
  if (!p) {
    const first = best(drawn)[0];
    if (first !== undefined) choose({ node: first });
    return;
  }
  const near = new Set(neighbours(from));
  let found = -1,
    least = Infinity;
  for (const i of drawn) {
    const q = places.get(i),
      x = q.x - p.x,
      y = q.y - p.y,
      along = x * dx + y * dy,
      aside = Math.abs(x * dy - y * dx);
    const far = (along + 2 * aside) * (near.has(i) ? 0.5 : 1) + (aside > along ? 1e5 : 0); // what lies straight on before what lies aside
    if (i !== from && along > 4 && aside < along * 3 && far < least) {
      least = far;
      found = i;
    }
  }
  if (found >= 0) choose({ node: found }, { move: false });
}
