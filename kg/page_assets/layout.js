"use strict";
// Where the nodes go. A seeded force layout of each connected part, labels pushed apart, parts packed into the window's shape:
// same scene and window shape, same picture.

/** A small seeded generator of numbers in [0, 1). */
function dice(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The connected parts of the nodes 0 … n-1, largest first; `links` are pairs of numbers. */
function parts(n, links) {
  const up = Array.from({ length: n }, (_, i) => i);
  const top = (i) => { while (up[i] !== i) i = up[i] = up[up[i]]; return i; };
  for (const [a, b] of links) up[Math.max(top(a), top(b))] = Math.min(top(a), top(b));
  const found = new Map();
  for (let i = 0; i < n; i++) found.set(top(i), [...(found.get(top(i)) || []), i]);
  return [...found.values()].sort((a, b) => b.length - a.length || a[0] - b[0]);
}

/** Spring layout of one part, in place: `boxes` have x, y and the half sizes w, h. */
function spring(boxes, links, random) {
  const n = boxes.length, ideal = n < 40 ? 108 : n < 80 ? 94 : 84, rounds = Math.max(60, Math.min(420, Math.floor(2.4e7 / (n * n))));
  const degree = new Float64Array(n);
  for (const [a, b] of links) { degree[a]++; degree[b]++; }
  const order = [...boxes.keys()].sort((a, b) => degree[b] - degree[a] || a - b);
  order.forEach((i, rank) => { // a sunflower, hubs inside
    const far = ideal * 0.7 * Math.sqrt(rank), turn = rank * 2.399963 + random() * 0.5;
    boxes[i].x = far * Math.cos(turn); boxes[i].y = far * Math.sin(turn);
  });
  const dx = new Float64Array(n), dy = new Float64Array(n);
  for (let round = 0; round < rounds; round++) {
    dx.fill(0); dy.fill(0);
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        const x = boxes[i].x - boxes[j].x || 0.01, y = boxes[i].y - boxes[j].y || 0.01, square = x * x + y * y;
        const push = ((ideal * ideal * (1 + 0.1 * Math.sqrt(degree[i] * degree[j]))) / square) * Math.min(1, (2.2 * ideal) / Math.sqrt(square)); // fades with distance
        dx[i] += x * push; dy[i] += y * push; dx[j] -= x * push; dy[j] -= y * push;
      }
      dx[i] -= boxes[i].x * 0.14; dy[i] -= boxes[i].y * 0.14;
    }
    for (const [a, b] of links) {
      const x = boxes[a].x - boxes[b].x, y = boxes[a].y - boxes[b].y, pull = Math.hypot(x, y) / ideal;
      dx[a] -= x * pull; dy[a] -= y * pull; dx[b] += x * pull; dy[b] += y * pull;
    }
    const heat = ideal * 0.9 * (1 - round / rounds) ** 1.5 + 0.5;
    for (let i = 0; i < n; i++) {
      const size = Math.hypot(dx[i], dy[i]) || 1, step = Math.min(size, heat) / size;
      boxes[i].x += dx[i] * step; boxes[i].y += dy[i] * step;
    }
  }
}

/** Push overlapping boxes apart, along the shorter way out. A box with `fixed` stays. */
function apart(boxes, rounds = 90) {
  const order = [...boxes];
  for (let round = 0; round < rounds; round++) {
    let met = false;
    order.sort((a, b) => a.x - a.w - (b.x - b.w) || a.key - b.key);
    for (let i = 0; i < order.length; i++) {
      for (let j = i + 1; j < order.length && order[j].x - order[j].w < order[i].x + order[i].w; j++) {
        const a = order[i], b = order[j], x = a.w + b.w - Math.abs(a.x - b.x), y = a.h + b.h - Math.abs(a.y - b.y);
        if (x <= 0 || y <= 0 || (a.fixed && b.fixed)) continue;
        met = true;
        const axis = x * 0.6 < y ? "x" : "y", gap = Math.min(x, y) === x || axis === "x" ? x : y;
        const sign = a[axis] < b[axis] || (a[axis] === b[axis] && a.key < b.key) ? 1 : -1, share = a.fixed || b.fixed ? 1 : 0.5;
        if (!a.fixed) a[axis] -= sign * gap * share;
        if (!b.fixed) b[axis] += sign * gap * share;
      }
    }
    if (!met) return;
  }
}

/** The frame round boxes: left, top, right, bottom. */
function frame(boxes) {
  return [
    Math.min(...boxes.map((b) => b.x - b.w)), Math.min(...boxes.map((b) => b.y - b.h)),
    Math.max(...boxes.map((b) => b.x + b.w)), Math.max(...boxes.map((b) => b.y + b.h)),
  ];
}

/** Place all boxes of a scene (key, w, h); `links` are pairs of positions in `boxes`, `aspect` is the window's width / height. */
function place(boxes, links, aspect) {
  const random = dice(20030605), rows = [], groups = parts(boxes.length, links);
  const crowd = groups.filter((g) => g.length > 1), single = groups.filter((g) => g.length === 1).map((g) => boxes[g[0]]);
  const blocks = crowd.map((group) => {
    const inside = new Map(group.map((i, k) => [i, k])), members = group.map((i) => boxes[i]);
    spring(members, links.filter(([a]) => inside.has(a)).map(([a, b]) => [inside.get(a), inside.get(b)]), random);
    if (group.length > 2) turn(members, aspect);
    if (group.length > 7) fill(members, Math.min(3, aspect * Math.max(1, Math.min(boxes.length / group.length, 1.7))));
    apart(members);
    return members;
  });
  if (single.length) blocks.push(grid(single, aspect));
  const size = (block) => { const [l, t, r, b] = frame(block); return [r - l + 34, b - t + 34]; };
  const area = blocks.reduce((s, b) => s + size(b)[0] * size(b)[1], 0);
  const width = Math.max(...blocks.map((b) => size(b)[0]), Math.sqrt(area * aspect) * 1.12);
  for (const block of blocks) { // shelves, the big ones first
    const [w, h] = size(block);
    let row = rows.find((r) => r.w + w <= width * 1.02 && h <= r.h * 1.05);
    if (!row) rows.push((row = { w: 0, h, blocks: [] }));
    row.blocks.push([block, row.w, w, h]);
    row.w += w;
  }
  let y = 0;
  for (const row of rows) {
    for (const [block, x, w, h] of row.blocks) {
      const [l, t] = frame(block), right = x + (width - row.w) / 2 - l, down = y + (row.h - h) / 2 - t;
      for (const b of block) { b.x += right; b.y += down; }
    }
    y += row.h;
  }
}

/** Turn a part so that its long axis lies along the window's. */
function turn(boxes, aspect) {
  let xx = 0, yy = 0, xy = 0;
  for (const b of boxes) { xx += b.x * b.x; yy += b.y * b.y; xy += b.x * b.y; }
  const angle = 0.5 * Math.atan2(2 * xy, xx - yy) - (aspect < 1 ? Math.PI / 2 : 0), c = Math.cos(angle), s = Math.sin(angle);
  for (const b of boxes) [b.x, b.y] = [b.x * c + b.y * s, b.y * c - b.x * s];
}

/** Spread a part over the window's shape, half by place and half by order, so that no far leaf makes all the rest small. */
function fill(boxes, aspect) {
  const n = boxes.length, area = boxes.reduce((s, b) => s + 4 * b.w * b.h, 0), room = n < 40 ? 6 : n < 80 ? 4.2 : 2.9;
  const width = Math.sqrt(area * room * aspect);
  for (const [axis, size] of [["x", width], ["y", width / aspect]]) {
    const order = [...boxes].sort((p, q) => p[axis] - q[axis] || p.key - q.key), low = order[0][axis], span = order[n - 1][axis] - low || 1;
    order.map((b, rank) => 0.5 * ((b[axis] - low) / span) + (0.5 * rank) / (n - 1)).forEach((share, rank) => { order[rank][axis] = (share - 0.5) * size; });
  }
}

/** Nodes without a link, in rows. */
function grid(boxes, aspect) {
  const w = Math.max(...boxes.map((b) => b.w)) * 2 + 8, h = Math.max(...boxes.map((b) => b.h)) * 2 + 8;
  const across = Math.max(1, Math.round(Math.sqrt((boxes.length * h * aspect * 9) / w)));
  boxes.forEach((b, i) => { b.x = (i % across) * w; b.y = Math.floor(i / across) * h; });
  return boxes;
}

// Pinyin initials without a table: the browser's collator orders characters by pinyin; these are the first of each letter.
const FIRST = [..."阿八嚓哒妸发旮哈丌咔垃妈拏噢妑七呥扨它穵夕丫帀"], LETTERS = "abcdefghjklmnopqrstwxyz";
const READINGS = [["银行", "yh"], ["农行", "nh"], ["工行", "gh"], ["建行", "jh"], ["中行", "zh"], ["分行", "fh"], ["支行", "zh"], ["商行", "sh"], ["总行", "zh"], ["重庆", "cq"], ["乐清", "yq"], ["长兴", "cx"], ["行长", "hz"]];
const collator = typeof Intl === "object" && Intl.Collator ? new Intl.Collator("zh-Hans-CN-u-co-pinyin") : null;
const known = new Map();

/** The initials of a name: 农行萧山分行 → nhxsfh. Latin letters and digits stand for themselves. */
function initials(text) {
  for (const [word, letters] of READINGS) text = text.replaceAll(word, letters);
  return [...text].map((c) => {
    if (/[a-z0-9]/i.test(c)) return c.toLowerCase();
    if (!/\p{Script=Han}/u.test(c) || !collator) return "";
    if (!known.has(c)) {
      let n = FIRST.length - 1;
      while (n >= 0 && collator.compare(FIRST[n], c) > 0) n--;
      known.set(c, LETTERS[n] || "");
    }
    return known.get(c);
  }).join("");
}
