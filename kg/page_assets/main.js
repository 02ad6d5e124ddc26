// What clicks and keys do, and the first frame.

/** Show a view: graph, table, flow or timeline. */
function show(view, address = true) {
  state.view = view;
  for (const v of VIEWS) {
    $(`show-${v}`).setAttribute("aria-pressed", String(v === view));
    if (v !== "graph") $(v).hidden = v !== view;
  }
  $("canvas").style.visibility = view === "graph" ? "" : "hidden";
  $("status").hidden = view !== "graph";
  for (const id of ["png", "svg"]) $(id).hidden = view === "table" || view === "timeline";
  $("save-csv").hidden = view !== "table";
  views();
  if (address) remark();
}
function views() {
  if (state.view === "table") table();
  else if (state.view === "flow") flow();
  else if (state.view === "timeline") timeline();
  chips();
}

/** The filters that are on, each to be taken off again. */
function chips() {
  const out = [],
    chip = (words, off) =>
      out.push(
        make(
          "button",
          {
            type: "button",
            class: "filter",
            on: () => {
              remember();
              off();
              refilter();
            },
          },
          words,
          make("span", { "aria-hidden": "true" }, " ×"),
        ),
      );
  if (state.only)
    chip(say("onlyOf", NODES[state.onlyOf].label), () => {
      state.only = null;
      state.onlyOf = -1;
      state.scene = null;
    });
  if (state.programme >= 0)
    chip(NODES[state.programme].label, () => {
      state.programme = -1;
    });
  if (state.county >= 0)
    chip(NODES[state.county].label, () => {
      state.county = -1;
    });
  if (state.sums[0] > 0 || state.sums[1] < Infinity)
    chip(sumWords({ low: state.sums[0], high: state.sums[1] }), () => {
      state.sums = [0, Infinity];
    });
  if (state.time[0] > 0 || state.time[1] < Infinity)
    chip(`${binName(state.time[0])} – ${binName(Math.min(state.time[1], TIME_BINS - 1))}`, () => {
      state.time = [0, Infinity];
    });
  if (state.hidden.size)
    chip(say("hiddenCount", state.hidden.size), () => {
      state.hidden.clear();
    });
  $("chips").replaceChildren(...out);
}

/** Everything with words or colours, anew. */
function dress() {
  document.documentElement.dataset.theme = state.dark ? "dark" : "light";
  document.documentElement.lang = state.language ? "en" : "zh-Hans";
  for (const [id, key] of [
    ...VIEWS.map((v) => [`show-${v}`, v]),
    ["home", "home"],
    ["png", "png"],
    ["svg", "svg"],
    ["save-csv", "csv"],
    ["print", "print"],
    ["copy-view", "viewLink"],
    ["undo", "undo"],
    ["language", "language"],
    ["theme", state.dark ? "light" : "dark"],
    ["legend-button", "legend"],
    ["save-words", "save"],
    ["skip", "toTable"],
  ])
    $(id).textContent = say(key);
  for (const [id, key] of [
    ["search", "search"],
    ["canvas", "canvas"],
    ["views", "views"],
    ["legend", "legend"],
    ["language", "toLanguage"],
  ])
    $(id).setAttribute("aria-label", say(key));
  $("search").placeholder = say("search");
  legend();
  panel();
  note();
  show(state.view, false);
}

network.on("click", ({ nodes: hit, edges, event, pointer }) => {
  $("legend").classList.remove("open");
  const named = hit.length ? -1 : nameAt(pointer.canvas),
    nodes = named >= 0 ? [named] : hit; // a name is as good as its sign
  if (nodes.length && event.srcEvent && event.srcEvent.shiftKey && chosenNode() >= 0) state.from = chosenNode();
  if (nodes.length) choose({ node: nodes[0] }, { move: false });
  else if (edges.length) choose({ pair: edges[0] }, { move: false });
  else if (state.chosen) choose(null);
});
let nearer = 0;
network.on("zoom", () => {
  clearTimeout(nearer);
  nearer = setTimeout(paint, 140);
}); // labels keep their size on the screen
network.on("animationFinished", paint);
network.on("doubleClick", ({ nodes }) => {
  if (nodes.length) expand(nodes[0]);
});
network.on("dragEnd", ({ nodes }) => {
  if (nodes.length) remember();
  for (const i of nodes) {
    const { x, y } = network.getPosition(i);
    Object.assign(places.get(i), { x, y });
    state.pinned.add(i);
  }
  if (nodes.length) {
    panel();
    paint();
  }
}); // what is put somewhere stays there
for (const [event, cursor] of [
  ["hoverNode", "pointer"],
  ["hoverEdge", "pointer"],
  ["blurNode", ""],
  ["blurEdge", ""],
])
  network.on(event, () => {
    $("canvas").style.cursor = cursor;
  });

$("search").addEventListener("input", suggest);
$("search").addEventListener("focus", () => {
  if ($("search").value.trim()) suggest();
});
$("search").addEventListener("keydown", (e) => {
  if (e.isComposing) return; // Enter that ends an input method's word is not ours
  if (e.key === "ArrowDown" || e.key === "ArrowUp") {
    point(marked + (e.key === "ArrowDown" ? 1 : -1));
    e.preventDefault();
  } else if (e.key === "Enter") {
    if (hits.length) take(marked);
  } else if (e.key === "Escape") {
    closeHits();
    $("search").blur();
    e.stopPropagation();
  }
});
document.addEventListener("pointerdown", (e) => {
  if (!$("finder").contains(e.target)) closeHits();
  if (!$("save").contains(e.target)) $("save").open = false;
});
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
$("canvas").addEventListener("keydown", (e) => {
  if (ARROWS[e.key] && !e.ctrlKey && !e.metaKey && !e.altKey) {
    step(...ARROWS[e.key]);
    e.preventDefault();
  } else if (e.key === "Enter" && chosenNode() >= 0) expand(chosenNode());
});
document.addEventListener("keydown", (e) => {
  if ((e.ctrlKey || e.metaKey) && e.key === "z" && !/^(INPUT|TEXTAREA)$/.test(e.target.tagName)) {
    undo();
    e.preventDefault();
    return;
  }
  if (e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) return;
  const i = chosenNode();
  if (e.key === "/") {
    $("search").focus();
    $("search").select();
    e.preventDefault();
  } else if (e.key === "f") fit();
  else if (e.key === "u") undo();
  else if (e.key === "e" && i >= 0) expand(i);
  else if (e.key === "h" && i >= 0) hide(i);
  else if (e.key === "p" && i >= 0) pin(i);
  else if (e.key === "Escape") {
    $("legend").classList.remove("open");
    if (state.from >= 0) {
      state.from = -1;
      note();
      panel();
    } else if (state.chosen) choose(null);
  }
});
for (const v of VIEWS) $(`show-${v}`).addEventListener("click", () => show(v));
const menu = (id, act) =>
  $(id).addEventListener("click", () => {
    $("save").open = false;
    act();
  });
menu("png", savePng);
menu("svg", saveSvg);
menu("save-csv", () => save("facts.csv", csv(), "text/csv;charset=utf-8"));
menu("print", () => window.print());
menu("copy-view", () => copyText(location.href, $("copy-view")));
$("home").addEventListener("click", home);
$("undo").addEventListener("click", undo);
$("skip").addEventListener("click", () => {
  show("table");
  $("table").focus();
});
$("language").addEventListener("click", () => {
  state.language = 1 - state.language;
  store("kg-language", String(state.language));
  dress();
  paint();
});
$("theme").addEventListener("click", () => {
  state.dark = !state.dark;
  store("kg-theme", state.dark ? "dark" : "light");
  dress();
  paint();
});
$("legend-button").addEventListener("click", () => {
  const open = $("legend").classList.toggle("open");
  $("legend-button").setAttribute("aria-expanded", String(open));
});
addEventListener("popstate", follow);
let resized = 0;
addEventListener("resize", () => {
  clearTimeout(resized);
  resized = setTimeout(() => {
    fit();
    views();
  }, 120);
});
addEventListener("beforeprint", () => {
  $("print-picture").replaceChildren(state.view === "graph" || state.view === "flow" ? pictureOf() : "");
});

sift();
dress();
draw();
follow();
network.once("afterDrawing", () => {
  document.documentElement.dataset.ready = "1";
  performance.mark("kg-first-frame");
});
network.redraw();
