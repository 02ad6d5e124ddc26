// Search: names, aliases, pinyin and its initials, and sums.

// Pinyin without a table: the browser's collator orders characters by pinyin; these are the first of each letter.
const FIRST = [..."阿八嚓哒妸发旮哈丌咔垃妈拏噢妑七呥扨它穵夕丫帀"],
  LETTERS = "abcdefghjklmnopqrstwxyz";
// Words whose characters read otherwise than alone; each character's readings, the first is the usual one here.
const READINGS = [
  ["银行", "y", "h"],
  ["农行", "n", "h"],
  ["工行", "g", "h"],
  ["建行", "j", "h"],
  ["中行", "z", "h"],
  ["分行", "f", "h"],
  ["支行", "z", "h"],
  ["商行", "s", "h"],
  ["总行", "z", "h"],
  ["我行", "w", "h"],
  ["该行", "g", "h"],
  ["行业", "h", "y"],
  ["商业", "s", "y"],
  ["行长", "h", "z"],
  ["重庆", "c", "q"],
  ["乐清", "y", "q"],
  ["长兴", "c", "x"],
  ["长江", "c", "j"],
  ["长三角", "c", "s", "j"],
  ["厦门", "x", "m"],
  ["会计", "k", "j"],
  ["台州", "t", "z"],
  ["丽水", "l", "s"],
  ["区块", "q", "k"],
  ["镇长", "z", "z"],
  ["村长", "c", "z"],
];
const BOTH = new Map(
  Object.entries({
    行: "hx",
    长: "cz",
    重: "zc",
    乐: "ly",
    会: "hk",
    区: "qo",
    单: "ds",
    解: "jx",
    曾: "cz",
    盛: "sc",
    朝: "cz",
    调: "dt",
    都: "d",
    厦: "sx",
    仇: "cq",
    参: "cs",
    藏: "cz",
    石: "sd",
    大: "d",
    车: "cj",
    奇: "qj",
    种: "z",
  }),
);
const collator = typeof Intl === "object" && Intl.Collator ? new Intl.Collator("zh-Hans-CN-u-co-pinyin") : null;
const known = new Map(),
  HAN = /\p{Script=Han}/u;

function letterOf(c) {
  if (/[a-z0-9]/i.test(c)) return c.toLowerCase();
  if (!HAN.test(c) || !collator) return "";
  if (!known.has(c)) {
    let n = FIRST.length - 1;
    while (n >= 0 && collator.compare(FIRST[n], c) > 0) n--;
    known.set(c, LETTERS[n] || "");
  }
  return known.get(c);
}

/** The initials of a name, one entry a character, each with all its readings: 农行 → ["n", "h"], 行 → ["hx"]. */
function initials(text) {
  const cs = [...text],
    out = cs.map((c) => BOTH.get(c) || letterOf(c));
  for (const [word, ...letters] of READINGS) {
    const w = [...word];
    for (let i = 0; i + w.length <= cs.length; i++)
      if (w.every((c, k) => cs[i + k] === c))
        letters.forEach((l, k) => {
          out[i + k] = l + [...(BOTH.get(cs[i + k]) || letterOf(cs[i + k]))].filter((x) => x !== l).join("");
        });
  }
  return out.filter(Boolean);
}

/** Where typed initials stand in a name: 0 at its start, n later, -1 nowhere. */
function initialsAt(q, name) {
  for (let i = 0; i + q.length <= name.length; i++) {
    let k = 0;
    while (k < q.length && name[i + k].includes(q[k])) k++;
    if (k === q.length) return i;
  }
  return -1;
}

const SYLLABLES = /[bcdfghjklmnpqrstwxyz]h?[aeiouv]/; // whole syllables typed: xiaoshan → its initials xs
const SYLLABLE =
  /(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|iao|ian|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|uo|ui|ve|er|a|o|e|i|u|v)/g;
const fold = (s) =>
  s
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s“”"'‘’（）()《》·]/g, "");
let index = null,
  hits = [],
  marked = 0;

/** What was asked about sums: >1亿, ≥4000万, <500万, 1亿-5亿. Null where it is no sum. */
function askedSum(text) {
  const t = text.normalize("NFKC").trim(),
    m = /^(>=|<=|≥|≤|>|<|大于|超过?|小于|低于|不足)\s*(.+)$/.exec(t),
    r = /^(.+?)\s*[-–—~至到]\s*(.+)$/.exec(t);
  if (m) {
    const n = readMoney(m[2]),
      low = /^[>≥大超]/.test(m[1]);
    return Number.isNaN(n) || !n ? null : { low: low ? n : 0, high: low ? Infinity : n, strict: /^(>|<|大于|超过?|小于|低于|不足)$/.test(m[1]) };
  }
  if (r) {
    const a = readMoney(r[1]),
      b = readMoney(r[2]);
    return Number.isNaN(a) || Number.isNaN(b) || b < 1000 ? null : { low: a, high: b, strict: false };
  }
  return null;
}

function find(query) {
  if (!index) index = NODES.map((n) => [n.label, ...n.aliases].map((name) => ({ name: fold(name), letters: null })));
  const q = fold(query),
    latin = /^[a-z0-9]+$/.test(q),
    spelt =
      latin && SYLLABLES.test(q) && (q.match(SYLLABLE) || []).join("") === q
        ? q
            .match(SYLLABLE)
            .map((s) => s[0])
            .join("")
        : "";
  if (!q) return [];
  const grade = (i) => {
    let g = 9;
    index[i].forEach((entry, k) => {
      const at = entry.name.indexOf(q);
      g = Math.min(g, entry.name === q ? k && 1 : at === 0 ? 2 : at > 0 ? 3 : 9);
      if (!latin || g <= 3 || q.length < 2) return;
      if (!entry.letters) entry.letters = initials(entry.name);
      for (const [typed, late] of [
        [q, 0],
        [spelt, 0.5],
      ]) {
        if (!typed || typed.length < 2) continue;
        const there = initialsAt(typed, entry.letters);
        if (there === 0) g = Math.min(g, (entry.letters.length === typed.length ? 4 : 5) + late);
        else if (there > 0) g = Math.min(g, 6 + late);
      }
    });
    return g;
  };
  return NODES.map((_, i) => [grade(i), i])
    .filter(([g]) => g < 9)
    .sort((a, b) => a[0] - b[0] || score[b[1]] - score[a[1]] || a[1] - b[1])
    .slice(0, 12)
    .map(([, i]) => ({ node: i }));
}

/** The facts of a sum asked for, the largest first, with the filter that would show them all. */
function findSums(asked) {
  const good = (n) => {
    const s = yuan(FACTS[n]);
    return s > 0 && (asked.strict ? s > asked.low && s < asked.high : s >= asked.low && s <= asked.high);
  };
  const found = [...FACTS.keys()].filter(good).sort((a, b) => yuan(FACTS[b]) - yuan(FACTS[a]) || a - b);
  return found.length ? [{ sums: asked, n: found.length }, ...found.slice(0, 11).map((fact) => ({ fact }))] : [];
}
const sumWords = ({ low, high }) =>
  low > 0 && high < Infinity
    ? `${money(low)}–${money(high)}`
    : high < Infinity
      ? say("upTo", money(high))
      : low > 0
        ? say("atLeastSum", money(low))
        : say("anySum");

function suggest() {
  const box = $("search"),
    asked = askedSum(box.value),
    q = fold(box.value);
  hits = asked ? findSums(asked) : find(box.value);
  marked = 0;
  const alias = (n) => (fold(n.label).includes(q) ? "" : n.aliases.find((a) => fold(a).includes(q)) || n.aliases[0] || "");
  const row = (h, k) => {
    const li = (...inside) =>
      make("li", { role: "option", id: `hit-${k}`, on: () => take(k), class: h.node !== undefined && !nodeOn(h.node) ? "off" : null }, ...inside);
    if (h.sums) return li(make("b", { class: "name" }, say("filterSum", sumWords(h.sums))), make("small", {}, String(h.n)));
    if (h.fact !== undefined) {
      const [who, , whom] = triple(FACTS[h.fact]);
      return li(make("span", { class: "name" }, [plain(who), plain(whom)].filter(Boolean).join(" → ")), make("b", {}, sumOf(FACTS[h.fact])[1]));
    }
    const n = NODES[h.node];
    return li(
      glyph(n.kind),
      make("span", { class: "name" }, n.label, " ", make("small", {}, alias(n))),
      make("small", {}, nodeOn(h.node) ? kindName(n.kind) : say("notShown")),
    );
  };
  $("hits").replaceChildren(...(hits.length ? hits.map(row) : [make("li", { class: "muted", role: "option", "aria-selected": "false" }, say("none"))]));
  $("hits").hidden = !box.value.trim();
  box.setAttribute("aria-expanded", String(!$("hits").hidden));
  point(0);
}
function point(k) {
  marked = hits.length ? (k + hits.length) % hits.length : 0;
  [...$("hits").children].forEach((li, n) => li.setAttribute("aria-selected", String(n === marked && hits.length > 0)));
  if (hits.length && !$("hits").hidden) {
    $("search").setAttribute("aria-activedescendant", `hit-${marked}`);
    $(`hit-${marked}`).scrollIntoView({ block: "nearest" });
  } else $("search").removeAttribute("aria-activedescendant");
}
function closeHits() {
  $("hits").hidden = true;
  $("search").setAttribute("aria-expanded", "false");
  $("search").removeAttribute("aria-activedescendant");
}
function take(k) {
  const h = hits[k];
  closeHits();
  if (!h) return;
  $("search").blur();
  if (h.sums) {
    remember();
    const hair = h.sums.strict ? 1e-3 : 0;
    state.sums = [h.sums.low + (h.sums.low ? hair : 0), h.sums.high - hair];
    state.scene = null;
    refilter();
  } else choose(h);
}
