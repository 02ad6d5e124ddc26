// Files for the reader: the whole picture as SVG and PNG, the table as CSV.

function save(name, content, type) {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type })),
    a = make("a", { href: url, download: name });
  document.body.append(a);
  a.click();
  a.remove();
  setTimeout(() => URL.revokeObjectURL(url), 4000);
}

/** The picture that is shown, whole, as an SVG element that stands alone: the money flow in its view, else the graph. */
function pictureOf() {
  if (state.view === "flow" && document.querySelector("#flow svg")) return flowCopy();
  const spots = [...places.values()].map((p) => ({ x: p.x, y: middleOf(p)[1], w: p.w, h: p.h })),
    pad = 28,
    head = 54,
    kinds = count(drawn.map((i) => NODES[i].kind)).map(([k]) => k),
    [l, t, r, b] = spots.length ? frame(spots) : [0, 0, 100, 100];
  const width = Math.ceil(r - l + 2 * pad),
    across = Math.max(1, Math.floor((width - 2 * pad) / 130)),
    foot = Math.ceil(kinds.length / across) * 20 + 10,
    height = Math.ceil(b - t + 2 * pad + head + foot),
    { nodes, edges } = looks(1),
    [paper, text, soft, accent, line, cashLine, warn, cashInk] = ["--bg", "--ink", "--soft", "--accent", "--edge", "--cash", "--warn", "--cash-ink"].map(ink);
  const x = (v) => +(v - l + pad).toFixed(1),
    y = (v) => +(v - t + pad + head).toFixed(1),
    out = sheet(width, height, paper, text);
  const words = (lines, given) =>
    svg(
      "text",
      { ...given, "paint-order": "stroke", stroke: paper, "stroke-width": 3, "stroke-linejoin": "round" },
      ...lines.map((s, k) => svg("tspan", { x: given.x, dy: k ? "1.18em" : 0 }, legal(s))),
    );
  for (const e of [...edges].reverse()) {
    const a = places.get(e.from),
      c = places.get(e.to),
      far = Math.hypot(a.x - c.x, a.y - c.y) || 1,
      ux = (c.x - a.x) / far,
      uy = (c.y - a.y) / far,
      ra = radius(e.from),
      rc = radius(e.to) + 2,
      shade = e.negated ? warn : e.shining ? accent : e.cash ? cashLine : line;
    const tip = [c.x - ux * rc, c.y - uy * rc],
      size = 4 + e.width,
      foot = e.arrow ? [tip[0] - ux * size, tip[1] - uy * size] : tip;
    const g = svg(
      "g",
      { opacity: e.on ? 0.9 : 0.2 },
      svg("path", {
        d: `M${x(a.x + ux * ra)} ${y(a.y + uy * ra)}L${x(foot[0])} ${y(foot[1])}`,
        stroke: shade,
        "stroke-width": e.width.toFixed(1),
        "stroke-dasharray": e.dashed ? "6 4" : null,
        fill: "none",
      }),
    );
    if (e.arrow)
      g.append(
        svg("path", {
          d: `M${x(tip[0])} ${y(tip[1])}L${x(foot[0] - uy * size * 0.5)} ${y(foot[1] + ux * size * 0.5)}L${x(foot[0] + uy * size * 0.5)} ${y(foot[1] - ux * size * 0.5)}Z`,
          fill: shade,
        }),
      );
    out.append(g);
  }
  for (const n of nodes)
    out.append(
      svg("path", {
        d: outline(n.shape, x(n.x), y(n.y), radius(n.i) * (ROUND[n.shape] || 1)),
        fill: colour(NODES[n.i].kind),
        stroke: n.main ? accent : n.pinned ? text : paper,
        "stroke-width": n.main ? 3 : 1.2,
        opacity: n.on ? 1 : 0.22,
      }),
    );
  for (const e of edges) {
    if (!e.words) continue;
    out.append(
      words([e.words], {
        x: x(e.spot.x),
        y: y(e.spot.y),
        "font-size": 11.5,
        "font-weight": 600,
        fill: e.cash ? cashInk : soft,
        "text-anchor": "middle",
        "dominant-baseline": "central",
      }),
    );
  }
  for (const n of nodes)
    if (n.text)
      out.append(
        words(n.text.split("\n"), {
          x: x(n.x),
          y: y(places.get(n.i).above ? n.y - radius(n.i) - 4 - (n.text.split("\n").length - 1) * n.size * 1.18 : n.y + radius(n.i) + n.size + 1),
          "font-size": n.size.toFixed(1),
          fill: text,
          "text-anchor": "middle",
          opacity: n.on ? 1 : 0.5,
        }),
      );
  kinds.forEach((k, n) => {
    const left = pad + (n % across) * 130,
      middle = height - foot - 6 + Math.floor(n / across) * 20;
    out.append(
      svg("path", { d: outline(look(k)[0], left + 6, middle, 6), fill: colour(k) }),
      svg("text", { x: left + 18, y: middle, dy: "0.35em", "font-size": 11.5, fill: soft }, legal(kindName(k))),
    );
  });
  return out;
}

/** An empty sheet with the page's title. */
function sheet(width, height, paper, text) {
  const tab = document.querySelector('#flow .tab[aria-pressed="true"]'), // which kind of money: the picture must say it wherever it goes
    shown = state.view === "graph" ? say("status", drawn.length, NODES.length) : [say("flow"), tab ? tab.firstChild.textContent : ""].join(" · ");
  return svg(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${width} ${height}`, width, height, "font-family": ink("--sans") },
    svg("rect", { width: "100%", height: "100%", fill: paper }),
    svg("text", { x: 28, y: 34, "font-size": 18, "font-weight": 600, fill: text, "font-family": ink("--serif") }, legal(DATA.title)),
    svg("text", { x: 28, y: 54, "font-size": 11, fill: ink("--soft") }, legal(shown)),
  );
}

function flowCopy() {
  const from = document.querySelector("#flow svg"),
    width = Number(from.getAttribute("width")) + 48,
    out = sheet(width, Number(from.getAttribute("height")) + 92, ink("--bg"), ink("--ink")),
    copy = from.cloneNode(true),
    paint = { band: "--cash", bar: "--accent" };
  for (const e of copy.querySelectorAll("[class]")) {
    const kind = e.getAttribute("class").split(" ");
    e.setAttribute("fill", ink(kind.includes("to") ? "--cash-ink" : paint[kind[0]] || "--ink"));
    if (kind[0] === "band") e.setAttribute("fill-opacity", "0.5");
    if (kind[0] === "figure") for (const [k, v] of Object.entries({ stroke: ink("--bg"), "stroke-width": 3, "paint-order": "stroke" })) e.setAttribute(k, v);
    e.setAttribute("font-size", "13");
    e.removeAttribute("class");
    e.removeAttribute("tabindex");
  }
  copy.setAttribute("x", "24");
  copy.setAttribute("y", "76");
  for (const t of copy.querySelectorAll("title, tspan, text")) if (!t.childElementCount) t.textContent = legal(t.textContent);
  out.append(copy);
  return out;
}

/** Text that may stand in an XML file. */
const legal = (text) => String(text).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, " ");
const svgText = () => new XMLSerializer().serializeToString(pictureOf());

function saveSvg() {
  save("network.svg", `<?xml version="1.0" encoding="UTF-8"?>\n${svgText()}`, "image/svg+xml");
}

/** The whole picture, not the window: the SVG drawn at twice its size, smaller where a browser's canvas has its end. */
function savePng() {
  const picture = pictureOf(),
    width = Number(picture.getAttribute("width")),
    height = Number(picture.getAttribute("height")),
    scale = Math.min(2, 8000 / Math.max(width, height)),
    image = new Image(),
    url = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(picture)], { type: "image/svg+xml" }));
  image.onload = () => {
    const canvas = make("canvas", { width: Math.round(width * scale), height: Math.round(height * scale) });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(url);
    canvas.toBlob((blob) => save("network.png", blob));
  };
  image.src = url;
}
