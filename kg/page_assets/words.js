"use strict";
// The words of the page in Chinese and English, and the look of each kind. All text of the data reaches the screen through textContent.

const DATA = JSON.parse(document.getElementById("kg-data").textContent);
const { nodes: NODES, facts: FACTS, edges: EDGES, passages: PASSAGES, articles: ARTICLES } = DATA;
const NAMES = Object.fromEntries(Object.entries(DATA.names).map(([k, v]) => [k, new Map(Object.entries(v))]));

// shape, colour on light, colour on dark: one hue a family (money blue, doing orange, policy violet, places green, people grey), one shape a family
const LOOKS = new Map(
  Object.entries({
    Bank: ["dot", "#17468f", "#7fa8f0"],
    Branch: ["dot", "#3f78c9", "#9cc0fa"],
    Insurer: ["dot", "#1c7f9c", "#67c2dc"],
    Guarantor: ["dot", "#26708a", "#6fbdd3"],
    FinancialInstitution: ["dot", "#2b4a86", "#8ea9e0"],
    Company: ["square", "#1a7f76", "#56c0b4"],
    PublicBody: ["square", "#a62f47", "#ee8b9d"],
    OtherOrganization: ["square", "#66707f", "#a6b1c1"],
    Person: ["triangle", "#5a6270", "#b7c0cd"],
    Group: ["triangle", "#8b8377", "#cfc6b8"],
    Project: ["diamond", "#cc5220", "#ff9c66"],
    Programme: ["star", "#7645a8", "#bd94ea"],
    FinancialProduct: ["triangleDown", "#b23a73", "#f08bb7"],
    Document: ["square", "#8c7f68", "#cbbfa6"],
    Workshop: ["hexagon", "#b17a08", "#e8bb55"],
    Facility: ["hexagon", "#8c6a32", "#cfa86c"],
    Village: ["hexagon", "#3b8f52", "#7cc991"],
    Township: ["hexagon", "#568f68", "#92cba3"],
    County: ["hexagon", "#2c7048", "#66b988"],
    Prefecture: ["hexagon", "#24604a", "#5dad8d"],
    Province: ["hexagon", "#1d5145", "#55a08e"],
    Country: ["hexagon", "#17433b", "#4d9484"],
  }),
);
const ROUND = { square: 0.82, star: 1.3, triangle: 0.98, triangleDown: 0.98, diamond: 1.06 };

// A dozen relations out of all verbs: the relations of edges that each stands for.
const GROUPS = new Map(
  Object.entries({
    finance: { words: ["融资", "Financing"], of: ["financing", "finances", "purpose"] },
    guarantee: { words: ["担保", "Guarantee"], of: ["guarantees"] },
    deal: { words: ["签约合作", "Agreement, cooperation"], of: ["agreement", "signs", "cooperatesWith"] },
    support: { words: ["支持", "Support"], of: ["supports"] },
    build: { words: ["实施建设", "Undertaking"], of: ["undertakes"] },
    offer: { words: ["金融产品", "Products"], of: ["offers", "productLine"] },
    join: { words: ["参与行动", "Taking part"], of: ["participatesIn"] },
    under: { words: ["行动归属", "Under a programme"], of: ["underProgramme", "subProgrammeOf"] },
    unit: { words: ["隶属", "Unit of"], of: ["unitOf"] },
    post: { words: ["任职", "Posts"], of: ["tenure"] },
    place: { words: ["位于", "Location"], of: ["locatedIn"] },
    figure: { words: ["指标", "Figures"], of: [] },
    other: { words: ["其他", "Other"], of: [] },
  }),
);

const UI = {
  search: ["搜索名称、别名、拼音首字母，或 >1亿", "Name, alias, pinyin initials, or >1亿"],
  graph: ["关系图", "Graph"],
  table: ["表格", "Table"],
  flow: ["资金流", "Money flow"],
  timeline: ["时间线", "Timeline"],
  views: ["视图", "Views"],
  home: ["总览", "Overview"],
  png: ["存为 PNG", "Save PNG"],
  svg: ["存为 SVG", "Save SVG"],
  csv: ["存为 CSV", "Save CSV"],
  save: ["导出", "Export"],
  print: ["打印", "Print"],
  undo: ["撤销", "Undo"],
  language: ["EN", "中文"],
  toLanguage: ["English interface", "中文界面"],
  dark: ["深色", "Dark"],
  light: ["浅色", "Light"],
  legend: ["筛选", "Filters"],
  kinds: ["类型", "Kinds"],
  relations: ["关系", "Relations"],
  instruments: ["融资方式", "Instruments"],
  stages: ["融资阶段", "Stages"],
  all: ["全部", "all"],
  sums: ["金额", "Amount"],
  time: ["时间", "Time"],
  anySum: ["不限", "any"],
  low: ["下限", "lower bound"],
  high: ["上限", "upper bound"],
  atLeastSum: ["{0}以上", "from {0}"],
  upTo: ["{0}以下", "up to {0}"],
  undated: ["日期不明", "Undated"],
  programme: ["政策行动", "Programme"],
  county: ["县市区", "County"],
  anyProgramme: ["全部行动", "All programmes"],
  anyCounty: ["全部县市区", "All counties"],
  moreKinds: ["其余 {0} 类", "{0} more kinds"],
  fewer: ["收起", "Fewer"],
  entities: ["实体", "entities"],
  facts: ["事实", "facts"],
  articles: ["报道", "articles"],
  largest: ["数额最大的融资", "Largest financings"],
  totals: ["融资数额", "Sums of money"],
  totalsNote: ["方式、阶段、口径不同的数额不相加。", "Sums that differ in instrument, stage or aggregation are not added."],
  times: ["{0} 笔", "{0}×"],
  apart: ["不相加", "not added"],
  expand: ["展开", "Expand"],
  collapse: ["收起", "Collapse"],
  only: ["只看邻居", "Only neighbours"],
  hide: ["隐藏", "Hide"],
  pin: ["固定", "Pin"],
  unpin: ["取消固定", "Unpin"],
  path: ["找路径", "Path to …"],
  link: ["复制链接", "Copy link"],
  viewLink: ["复制本视图链接", "Copy link to this view"],
  cite: ["复制引文", "Copy citation"],
  copied: ["已复制", "Copied"],
  alias: ["又称", "also"],
  code: ["区划代码", "code"],
  within: ["属", "in"],
  register: ["据行政区划登记", "from the register of divisions"],
  mentioned: ["提及 {0} 次", "mentioned {0}×"],
  status: ["图中 {0} / {1} 个实体", "{0} of {1} entities shown"],
  grow: ["再多显示", "Show more"],
  hiddenCount: ["已隐藏 {0}", "{0} hidden"],
  more: ["再显示 {0} 条（共 {1} 条）", "{0} more (of {1})"],
  none: ["没有找到", "Nothing found"],
  noneHere: ["没有符合筛选的事实", "No facts pass the filters"],
  page: ["第 {0} 版", "page {0}"],
  reprint: ["转载自《{0}》", "reprint of “{0}”"],
  pages: ["第 {0} / {1} 页，共 {2} 条", "page {0} of {1}, {2} facts"],
  before: ["上一页", "Previous"],
  after: ["下一页", "Next"],
  noFacts: ["没有以它为一方的事实；它只被提到。", "No fact has it as a party; it is only mentioned."],
  factStatus: ["状态", "Status"],
  confidence: ["置信度", "Confidence"],
  rule: ["规则", "Rule"],
  offset: ["第 {0} 字", "character {0}"],
  sheet: ["PDF 第 {0} 页", "PDF page {0}"],
  again: ["又见第 {0} 字", "again at {0}"],
  total: ["合计", "in total"],
  shared: ["与其他对象合计", "together with others"],
  kind: ["事实", "Fact"],
  who: ["主体", "Who"],
  what: ["关系", "What"],
  whom: ["对象", "To whom"],
  sum: ["数额", "Amount"],
  quote: ["原文", "Sentence"],
  time2: ["时间", "Time"],
  basis: ["依据", "basis"],
  keys: ["/ 搜索 · 方向键走图 · e 展开 · h 隐藏 · u 撤销 · f 适应窗口 · Esc 关闭", "/ search · arrows walk · e expand · h hide · u undo · f fit · Esc close"],
  hint: ["每条连线都有一句原文为证。点一点，看它怎么说。", "Every edge rests on a sentence. Click one to read it."],
  width: ["线宽示数额，虚线为计划", "Width shows the sum; dashed is planned"],
  between: ["之间的事实", "facts between"],
  dateless: ["日期不明", "undated"],
  close: ["关闭", "Close"],
  pick: ["再选一个实体：点图上的点，或搜索", "Now pick another entity: click a node, or search"],
  asides: ["未入事实的数字", "Numbers in no fact"],
  unexplained: ["未解释", "unexplained"],
  steps: ["{0} 步", "{0} steps"],
  noPath: ["与「{0}」之间没有通路（按现有筛选）", "No path to “{0}” under the present filters"],
  canvas: [
    "关系图。方向键在实体间移动，回车展开；表格视图有同样的内容",
    "Graph. Arrow keys move between entities, Enter expands; the table has the same facts",
  ],
  toTable: ["跳到表格（内容与图相同）", "Skip to the table (same facts as the picture)"],
  onlyOf: ["只看 {0} 及其邻居", "only {0} and neighbours"],
  filterSum: ["只看 {0} 的融资和指标", "Show only facts of {0}"],
  legendHead: ["图例与筛选", "Legend and filters"],
  reset: ["清除筛选", "Clear filters"],
  unknownParty: ["未说明", "not stated"],
  flowNote: [
    "由资金方流向项目和受资方，宽度按数额；一次只看一种，数额为几个对象合计时不拆分。",
    "From financier to project or recipient, width by sum; one kind at a time; a sum stated for several together is not split.",
  ],
  flowNone: ["没有写明数额的融资", "No financing with a stated sum"],
  flowMore: ["另有 {0} 笔较小的未画", "{0} smaller ones not drawn"],
  timelineNote: ["按所述时间排列；条形为起止日。", "By the time stated; bars run from first to last day."],
  lede: ["{0} 篇报道，{1} 笔融资", "{1} financings in {0} articles"],
  ledeTop: ["最大一笔", "The largest"],
  colon: ["：", ": "],
  notShown: ["受筛选隐藏", "filtered out"],
  published: ["公开版：未任公职的个人已略去，引文为节选。", "Published edition: private persons are left out and quotes are shortened."],
  origin: ["来源", "Source"],
};

const stored = (key) => {
  try {
    return localStorage.getItem(key);
  } catch (error) {
    return null;
  }
};
const store = (key, value) => {
  try {
    localStorage.setItem(key, value);
  } catch (error) {
    /* a private window */
  }
};
const state = {
  language: stored("kg-language") === "1" ? 1 : 0,
  dark: stored("kg-theme") ? stored("kg-theme") === "dark" : matchMedia("(prefers-color-scheme: dark)").matches,
  view: "graph",
  off: { kind: new Set(), group: new Set(), instrument: new Set(), stage: new Set() },
  sums: [0, Infinity],
  time: [0, Infinity],
  undated: true,
  programme: -1,
  county: -1,
  scene: null,
  only: null,
  onlyOf: -1,
  hidden: new Set(),
  pinned: new Set(),
  chosen: null,
  from: -1,
  extra: 0,
  page: 0,
  sort: ["order", 1],
  flow: "",
  allKinds: false,
};

const $ = (id) => document.getElementById(id);
const say = (key, ...values) => values.reduce((s, v, i) => s.split(`{${i}}`).join(String(v)), UI[key][state.language]);
const local = (value) => String(value).replace(/^(gfc?|org|rdf):/, "");
const named = (table, key) => (NAMES[table].get(key) || [key, key])[state.language];
const kindName = (k) => named("kinds", k);
const groupName = (g) => GROUPS.get(g).words[state.language];
const relationName = (r) => (NAMES.concepts.get(r) || NAMES.properties.get(r) || [r, r])[state.language];
const comma = () => (state.language ? ", " : "、");
const look = (kind) => LOOKS.get(kind) || ["dot", "#6f7886", "#aab4c2"];
const colour = (kind, dark = state.dark) => look(kind)[dark ? 2 : 1];
const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const narrow = () => innerWidth <= 800;

/** A new element: attributes by name, `on` for a click, children as strings or elements. */
function make(tag, given, ...children) {
  return furnish(document.createElement(tag), given, children);
}

/** The same for a picture's element. */
function svg(tag, given, ...children) {
  return furnish(document.createElementNS("http://www.w3.org/2000/svg", tag), given, children);
}

function furnish(out, given, children) {
  const { on, ...attributes } = given || {};
  for (const [k, v] of Object.entries(attributes)) if (v !== undefined && v !== null) out.setAttribute(k, v);
  if (on) out.addEventListener("click", on);
  out.append(...children.filter((c) => c !== null && c !== undefined && c !== ""));
  return out;
}

/** Let Enter and Space do what a click does, for an element that is no button. */
function asButton(element, act) {
  element.setAttribute("tabindex", "0");
  if (!element.hasAttribute("role")) element.setAttribute("role", "button");
  element.addEventListener("click", act);
  element.addEventListener("keydown", (e) => {
    if (e.target === element && (e.key === "Enter" || e.key === " ")) {
      e.preventDefault();
      act(e);
    }
  });
  return element;
}

/** The outline of a shape of radius r round (x, y), as an SVG path. */
function outline(shape, x, y, r) {
  const up = -Math.PI / 2,
    at = (a, far) => `${(x + far * Math.cos(a)).toFixed(1)} ${(y + far * Math.sin(a)).toFixed(1)}`;
  const ring = (n, turn, far = () => r) => "M" + Array.from({ length: n }, (_, i) => at(turn + (i * 2 * Math.PI) / n, far(i))).join("L") + "Z";
  if (shape === "square") return ring(4, Math.PI / 4, () => r * 1.2);
  if (shape === "triangle") return ring(3, up);
  if (shape === "triangleDown") return ring(3, -up);
  if (shape === "diamond") return ring(4, up);
  if (shape === "hexagon") return ring(6, 0);
  if (shape === "star") return ring(10, up, (i) => (i % 2 ? r * 0.43 : r));
  return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
}

/** The sign of a kind: the shape and colour it has in the picture. */
function glyph(kind) {
  const [shape] = look(kind);
  return svg(
    "svg",
    { viewBox: "0 0 16 16", class: "glyph", "aria-hidden": "true" },
    svg("path", { d: outline(shape, 8, 8, shape === "dot" || shape === "square" ? 6 : 7.4), fill: colour(kind) }),
  );
}
