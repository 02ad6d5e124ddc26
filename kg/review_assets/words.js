"use strict";
// The words of the review in Chinese and English. All text of the data reaches the screen through textContent.

const DATA = JSON.parse(document.getElementById("kg-data").textContent);
const { findings: FINDINGS, names: NAMES, words: WORDS } = DATA;

const UI = {
  title: ["复核", "Review"],
  skip: ["跳到列表", "Skip to the list"],
  search: ["筛选：名称、金额、原句", "Filter by name, sum or sentence"],
  files: ["全部文件", "All files"],
  file: ["文件", "File"],
  state: ["状态", "State"],
  pending: ["待看", "To look at"],
  chosen: ["本次已选", "Answered here"],
  written: ["已写入更正表", "In the file, not built yet"],
  clear: ["已有说明", "With a reason"],
  done: ["已办", "Done"],
  all: ["全部", "All"],
  kinds: ["类别", "Kinds"],
  language: ["EN", "中文"],
  toLanguage: ["English interface", "中文界面"],
  dark: ["深色", "Dark"],
  light: ["浅色", "Light"],
  intro: {
    low: ["程序读出了这些事实，但把握不大。先看钱，把握最小的在前。", "Facts that the program read but is not sure of: money first, the least sure first."],
    conflict: ["这些事实不能同时为真：或两篇报道不一，或有一处误读。", "These cannot all be true: two reports differ, or one was misread."],
    name: ["名称相近的两个事物，图中是分开的。是一个吗？", "Two things of like names, apart in the graph. Are they one?"],
    number: ["这些数字没有进入任何事实。没有理由的在前；已有说明的平常不必看。", "Numbers in no fact: those without a reason first. Those with one need no look as a rule."],
    unmatched: ["更正表里的这些行没有生效。", "These lines of the corrections did nothing."],
  },
  asideUncertain: [
    "程序对这些数字各有一种读法，但把握太小，没有收。要看那种读法，用 kg build … --min-confidence 0 另建一张图来复核：在那里确认的事实，平常建图也会收。",
    "The program has a reading of each but is too unsure of it. To see the readings, review a graph built with --min-confidence 0: what you confirm there, every build takes in.",
  ],
  asideUnexplained: ["没有规则说得出这些数字是什么。若是漏读的事实，可在规则包里加一条规则。", "No rule can tell what these are. For a fact that was missed, a rule in a pack helps."],
  nothing: ["这里没有要看的。", "Nothing to look at here."],
  nothingFits: ["没有符合筛选的。", "Nothing fits the filter."],
  capped: ["只列出 {0} 条，共 {1} 条：办完这些、重新建图，其余的就会出现（或用 --most 0 全部列出）。", "{0} of {1} are listed: answer these and build again, and the next will come (or list all with --most 0)."],
  more: ["再显示 {0} 条", "Show {0} more"],
  count: ["{0} 条", "{0} rows"],
  keep: ["对，保留", "Right, keep it"],
  drop: ["错，删去", "Wrong, drop it"],
  edit: ["改一改…", "Change it…"],
  keepNumber: ["对，不成事实", "Right, no fact"],
  editNumber: ["另有原因…", "Another reason…"],
  same: ["是同一个，叫“{0}”", "One thing, called {0}"],
  "same-other": ["是同一个，叫“{0}”", "One thing, called {0}"],
  apart: ["是两个", "Two things"],
  only: ["只有第 {0} 条对", "Only no. {0} is right"],
  every: ["都对", "All are right"],
  none: ["都错", "None is right"],
  instead: ["改为“{0}”", "Write {0} instead"],
  remove: ["删掉这一行", "Take the line out"],
  unsay: ["撤回", "Take back"],
  answer: ["你的判断", "Your answer"],
  confidence: ["置信度", "confidence"],
  time: ["时间", "time"],
  rule: ["规则", "rule"],
  status: ["状态", "status"],
  alias: ["又称", "also"],
  above: ["隶属或位于", "in or of"],
  mentions: ["提及", "mentions"],
  times: ["{0} 处", "{0}"],
  line: ["这一行", "the line"],
  name: ["名称", "name"],
  number: ["数字", "number"],
  setAside: ["未用的原因", "why no fact uses it"],
  at: ["{0} 第 {1}–{2} 字", "{0}, characters {1}–{2}"],
  empty: ["（无）", "(none)"],
  several: ["几个之间用顿号“、”隔开；清空即去掉。", "Several: part them with 、. Empty it to take it away."],
  unknown: ["本篇没有提到“{0}”：建图时会按名称去找。", "{0} is not named in this article: the build will look for the name."],
  writes: ["写入", "writes"],
  nothingYet: ["还没有改动。", "Nothing changed yet."],
  basket: ["更正表 corrections.tsv", "corrections.tsv"],
  basketHelp: [
    "把新的行存进文本旁的 corrections.tsv，再 kg build 一次就生效。",
    "Save the new lines into corrections.tsv beside the text; the next kg build applies them.",
  ],
  basketWhole: [
    "下载的是整份新文件：{0} 原有的行加上新的行。用它换掉旧的，再 kg build 一次就生效。",
    "The download is the whole new file: the lines of {0} and the new ones. Put it in the old one's place; the next kg build applies it.",
  ],
  noLines: ["还没有新的行：对条目作出判断，行就写在这里。", "No new lines yet: answer a row, and its lines are written here."],
  newLines: ["新的 {0} 行", "{0} new"],
  download: ["下载 corrections.tsv", "Download corrections.tsv"],
  copy: ["复制新的行", "Copy the new lines"],
  copied: ["已复制", "Copied"],
  clearAll: ["全部撤回", "Take all back"],
  sure: ["确定撤回全部 {0} 个判断？", "Take all {0} answers back?"],
  takesOut: ["去掉 {0}", "takes out {0}"],
  given: ["文件里已有 {0} 行", "In the file already: {0}"],
  show: ["查看", "Show"],
  hide: ["收起", "Hide"],
  keys: ["键盘：j/k 上下一条，1–9 作答，0 撤回，/ 筛选", "Keys: j/k next and previous row, 1–9 answer, 0 take back, / filter"],
  saidWritten: ["已写 {0} 行", "{0} lines written"],
  saidUnsaid: ["已撤回", "taken back"],
  reviewed: { confirmed: ["已确认", "Confirmed"], corrected: ["已更正", "Corrected"] },
  progress: ["待看 {0}", "{0} to look at"],
  allDone: ["都看过了", "All looked at"],
};

/** One of UI's texts in the page's language, its holes filled. */
function say(key, ...values) {
  return fill(UI[key], values);
}
function fill(pair, values = []) {
  return pair[state.language].replace(/\{(\d)\}/g, (_, n) => values[n]);
}
/** The words for a role, a kind or a concept. */
const word = (table, key) => (WORDS[table][key] || [key, key])[state.language];

/** A value of a role as text: a thing, a concept or a number by its label, else the value itself. */
function shown(value) {
  const name = NAMES[value];
  if (name) return name[state.language] || name[0];
  const local = value.replace(/^(gfc?|org):/, "");
  return value === local ? value : (WORDS.concepts[local] || WORDS.roles[local] || [value, value])[state.language];
}

function make(tag, given, ...children) {
  const out = document.createElement(tag),
    { on, ...attributes } = given || {};
  for (const [k, v] of Object.entries(attributes)) if (v !== undefined && v !== null && v !== false) out.setAttribute(k, v === true ? "" : v);
  for (const [event, act] of Object.entries(on || {})) out.addEventListener(event, act);
  out.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== ""));
  return out;
}
const $ = (id) => document.getElementById(id);

/** What the browser keeps; a page from disk may have nowhere to keep it. */
function stored(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
function store(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    /* kept for this visit only */
  }
}

const state = {
  language: stored("kg-language") === "1" ? 1 : 0,
  dark: stored("kg-theme") ? stored("kg-theme") === "dark" : matchMedia("(prefers-color-scheme: dark)").matches,
  kind: "",
  file: "",
  show: "pending",
  words: "",
  most: 50,
  at: "", // the row that keys speak to
  answers: new Map(), // finding → { name, values: role → text }
};
