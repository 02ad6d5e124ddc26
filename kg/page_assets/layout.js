// Where the nodes go: a seeded force layout, spread over the window's shape, then labels pushed apart inside it.
// Same scene and same window, same picture. A unit is a pixel at scale 1; boxes have x, y (their middle) and the half sizes w, h.

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
  const up = Array.from({ length: n }, (_, i) => i),
    root = (i) => {
      while (up[i] !== i) i = up[i] = up[up[i]];
      return i;
    };
  for (const [a, b] of links) {
    const p = root(a),
      q = root(b);
    up[Math.max(p, q)] = Math.min(p, q);
  }
  const found = new Map();
  for (let i = 0; i < n; i++) {
    const r = root(i);
    if (!found.has(r)) found.set(r, []);
    found.get(r).push(i);
  }
  return [...found.values()].sort((a, b) => b.length - a.length || a[0] - b[0]);
}

/** Spring layout of one connected part, in place. Long boxes push harder sideways. */
function spring(boxes, links, random) {
  const n = boxes.length,
    ideal = 92,
    rounds = Math.max(60, Math.min(500, Math.floor(3e7 / (n * n))));
  const degree = new Float64Array(n),
    dx = new Float64Array(n),
    dy = new Float64Array(n);
  for (const [a, b] of links) {
    degree[a]++;
    degree[b]++;
  }
  [...boxes.keys()]
    .sort((a, b) => degree[b] - degree[a] || a - b)
    .forEach((i, rank) => {
      // a sunflower, hubs inside
      const far = ideal * 0.7 * Math.sqrt(rank),
        turn = rank * 2.399963 + random() * 0.5;
      boxes[i].x = far * Math.cos(turn);
      boxes[i].y = far * Math.sin(turn);
    });
  for (let round = 0; round < rounds; round++) {
    dx.fill(0);
    dy.fill(0);
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        const x = boxes[i].x - boxes[j].x || 0.01,
          y = boxes[i].y - boxes[j].y || 0.01,
          square = x * x + y * y;
        const push = ((ideal * ideal * (1 + 0.12 * Math.sqrt(degree[i] * degree[j]))) / square) * Math.min(1, (3 * ideal) / Math.sqrt(square)); // fades with distance
        dx[i] += x * push;
        dy[i] += y * push;
        dx[j] -= x * push;
        dy[j] -= y * push;
      }
      dx[i] -= boxes[i].x * 0.1;
      dy[i] -= boxes[i].y * 0.1;
    }
    for (const [a, b] of links) {
      const x = boxes[a].x - boxes[b].x,
        y = boxes[a].y - boxes[b].y,
        pull = Math.hypot(x, y) / ideal;
      dx[a] -= x * pull;
      dy[a] -= y * pull;
      dx[b] += x * pull;
      dy[b] += y * pull;
    }
    const heat = ideal * 0.9 * (1 - round / rounds) ** 1.5 + 0.5;
    for (let i = 0; i < n; i++) {
      const size = Math.hypot(dx[i], dy[i]) || 1,
        step = Math.min(size, heat) / size;
      boxes[i].x += dx[i] * step;
      boxes[i].y += dy[i] * step;
    }
  }
}

/** Push overlapping boxes apart along the shorter way out, inside `room` (half sizes) where given. A box with `fixed` stays. */
function apart(boxes, rounds = 90, room = null) {
  const order = [...boxes];
  for (let round = 0; round < rounds; round++) {
    let met = false;
    order.sort((a, b) => a.x - a.w - (b.x - b.w) || a.key - b.key);
    for (let i = 0; i < order.length; i++) {
      for (let j = i + 1; j < order.length && order[j].x - order[j].w < order[i].x + order[i].w; j++) {
        const a = order[i],
          b = order[j],
          x = a.w + b.w - Math.abs(a.x - b.x),
          y = a.h + b.h - Math.abs(a.y - b.y);
        if (x <= 0 || y <= 0 || (a.fixed && b.fixed)) continue;
        met = true;
        const axis = x < y ? "x" : "y",
          gap = Math.min(x, y) + 0.5;
        const sign = a[axis] < b[axis] || (a[axis] === b[axis] && a.key < b.key) ? 1 : -1,
          share = a.fixed || b.fixed ? 1 : 0.5;
        if (!a.fixed) a[axis] -= sign * gap * share;
        if (!b.fixed) b[axis] += sign * gap * share;
      }
    }
    if (room) {
      for (const b of order) {
        if (b.fixed) continue;
        b.x = Math.max(b.w - room.w, Math.min(room.w - b.w, b.x));
        b.y = Math.max(b.h - room.h, Math.min(room.h - b.h, b.y));
      }
    }
    if (!met) return true;
  }
  return false;
}

/** The frame round boxes: left, top, right, bottom. */
function frame(boxes) {
  return boxes.reduce(
    (f, b) => [Math.min(f[0], b.x - b.w), Math.min(f[1], b.y - b.h), Math.max(f[2], b.x + b.w), Math.max(f[3], b.y + b.h)],
    [Infinity, Infinity, -Infinity, -Infinity],
  );
}

/** Place all boxes of a scene round the origin; a link is two positions in `boxes` and its least length; in a room of the window's size, or of its shape where they need more. */
function place(boxes, links, width, height) {
  const random = dice(20030605),
    area = boxes.reduce((s, b) => s + 4 * b.w * b.h, 0),
    more = Math.max(1, Math.sqrt(area / (0.46 * width * height)));
  const groups = parts(boxes.length, links),
    blocks = groups.filter((g) => g.length > 1).map((g) => g.map((i) => boxes[i])),
    single = groups.filter((g) => g.length === 1).map((g) => boxes[g[0]]);
  const position = new Map(boxes.map((b, i) => [b, i]));
  for (const block of blocks) {
    const inside = new Map(block.map((b, k) => [position.get(b), k]));
    spring(
      block,
      links.filter(([a]) => inside.has(a)).map(([a, b]) => [inside.get(a), inside.get(b)]),
      random,
    );
    if (block.length > 2) turn(block, width / height);
  }
  if (single.length) blocks.push(grid(single, width / height));
  shelve(blocks, { w: (width * more) / 2, h: (height * more) / 2 });
  const room = { w: (width * more) / 2, h: (height * more) / 2 };
  aside(boxes, links, room);
  for (let k = 0; k < 8 && !apart(boxes, 140, room); k++) {
    room.w *= 1.04;
    room.h *= 1.04;
  }
  stretch(boxes, width / height);
}

/** Move boxes off the lines that run through them, and the ends of a line that is too short for its words apart, a little at a time. */
function aside(boxes, links, room) {
  for (let round = 0; round < 48; round++) {
    for (const [p, q, least] of links) {
      const a = boxes[p],
        b = boxes[q],
        dx = b.x - a.x,
        dy = b.y - a.y,
        far = Math.hypot(dx, dy) || 1,
        nx = -dy / far,
        ny = dx / far,
        short = Math.max(0, (least || 0) - far) * 0.12;
      a.x -= ny * short;
      a.y += nx * short;
      b.x += ny * short;
      b.y -= nx * short;
      for (const c of boxes) {
        if (c === a || c === b || c.fixed) continue;
        const along = ((c.x - a.x) * dx + (c.y - a.y) * dy) / far,
          off = (c.x - a.x) * nx + (c.y - a.y) * ny,
          reach = Math.abs(nx) * c.w + Math.abs(ny) * c.h + 4;
        if (along < 0 || along > far || Math.abs(off) >= reach) continue;
        const move = (reach - Math.abs(off)) * 0.2 * (off < 0 ? -1 : 1);
        c.x += nx * move;
        c.y += ny * move;
      }
    }
    apart(boxes, 2, room);
  }
}

/** Draw the picture out along its narrower side until it has the window's shape: nothing comes to touch by that. */
function stretch(boxes, aspect) {
  const [l, t, r, b] = frame(boxes),
    w = r - l,
    h = b - t,
    wide = Math.min(1.6, (h * aspect) / w),
    high = Math.min(1.6, w / aspect / h);
  for (const box of boxes) {
    if (wide > 1) box.x *= wide;
    else if (high > 1) box.y *= high;
  }
}

/** Give every part a piece of the room, cut by the area it needs: the largest first, each cut along the longer side. */
function shelve(blocks, room) {
  const need = (b) => b.reduce((s, x) => s + 4 * x.w * x.h, 0);
  const cut = (list, x, y, w, h) => {
    if (list.length === 1) return spread(list[0], x, y, w, h);
    const first = list[0],
      rest = list.slice(1),
      share = need(first) / list.reduce((s, b) => s + need(b), 0),
      far = Math.max(...first.map((b) => b.w * 2)),
      tall = Math.max(...first.map((b) => b.h * 2));
    if (w > h * 1.15) {
      const part = Math.max(far, w * share);
      cut([first], x, y, part, h);
      cut(rest, x + part, y, Math.max(60, w - part), h);
    } else {
      const part = Math.max(tall, h * share);
      cut([first], x, y, w, part);
      cut(rest, x, y + part, w, Math.max(40, h - part));
    }
    return undefined;
  };
  const sorted = [...blocks].sort((a, b) => need(b) - need(a) || a[0].key - b[0].key);
  if (sorted.length) cut(sorted, -room.w, -room.h, 2 * room.w, 2 * room.h);
}

/** Spread a part over a rectangle: mostly by place, partly by order, so that no far leaf makes all the rest small. */
function spread(boxes, left, up, width, height) {
  const n = boxes.length,
    padX = Math.min(width / 2, Math.max(...boxes.map((b) => b.w))),
    padY = Math.min(height / 2, Math.max(...boxes.map((b) => b.h)));
  for (const [axis, from, size] of [
    ["x", left + padX, width - 2 * padX],
    ["y", up + padY, height - 2 * padY],
  ]) {
    const order = [...boxes].sort((p, q) => p[axis] - q[axis] || p.key - q.key),
      low = order[0][axis],
      span = order[n - 1][axis] - low || 1;
    order
      .map((b, rank) => (n === 1 ? 0.5 : 0.5 * ((b[axis] - low) / span) + (0.5 * rank) / (n - 1)))
      .forEach((share, rank) => {
        order[rank][axis] = from + share * Math.max(0, size);
      });
  }
}

/** Turn a part so that its long axis lies along the window's. */
function turn(boxes, aspect) {
  let xx = 0,
    yy = 0,
    xy = 0;
  for (const b of boxes) {
    xx += b.x * b.x;
    yy += b.y * b.y;
    xy += b.x * b.y;
  }
  const angle = 0.5 * Math.atan2(2 * xy, xx - yy) - (aspect < 1 ? Math.PI / 2 : 0),
    c = Math.cos(angle),
    s = Math.sin(angle);
  for (const b of boxes) [b.x, b.y] = [b.x * c + b.y * s, b.y * c - b.x * s];
}

/** Nodes without a link, in rows. */
function grid(boxes, aspect) {
  const w = Math.max(...boxes.map((b) => b.w)) * 2 + 8,
    h = Math.max(...boxes.map((b) => b.h)) * 2 + 8;
  const across = Math.max(1, Math.round(Math.sqrt((boxes.length * h * aspect) / w)));
  boxes.forEach((b, i) => {
    b.x = (i % across) * w;
    b.y = Math.floor(i / across) * h;
  });
  return boxes;
}
