"use strict";
// The start page: questions that ship, an editor, the rows of the answer. What comes from the graph is only ever shown as text.

const WORDS = {
  zh: {
    title: "共富金融知识图谱 · SPARQL", shipped: "现成的问题", run: "运行", csv: "下载 CSV", turtle: "下载 Turtle", sums: "不同性质的金额也照样相加",
    page: "图谱页面", other: "English", editor: "SPARQL 查询", running: "查询中…", size: (n, file) => `${file} · ${n} 条三元组`,
    rows: (n, shown, s) => `${n} 行${shown < n ? `（显示前 ${shown} 行）` : ""} · ${s} 秒`, done: (s) => `${s} 秒`, lost: "服务没有应答。",
  },
  en: {
    title: "Knowledge graph of rural finance · SPARQL", shipped: "Questions that ship", run: "Run", csv: "Download CSV", turtle: "Download Turtle",
    sums: "Add money of different kinds all the same", page: "Graph page", other: "中文", editor: "SPARQL query", running: "Running…",
    size: (n, file) => `${file} · ${n} statements`,
    rows: (n, shown, s) => `${n} row${n === 1 ? "" : "s"}${shown < n ? ` (the first ${shown} are shown)` : ""} · ${s} s`, done: (s) => `${s} s`, lost: "The server does not answer.",
  },
};
const SHOWN = 1000;
const NUMBER = /#(integer|decimal|double|float|int|long|nonNegativeInteger)$/;
const $ = (id) => document.getElementById(id);
const make = (name, text, ...children) => {
  const out = document.createElement(name);
  if (text) out.textContent = text;
  out.append(...children);
  return out;
};

let language = /^zh/i.test(navigator.language) ? "zh" : "en";
let about = { questions: [], prefixes: {}, spaces: {}, statements: 0, page: false, file: "" };
let editor;
let asked = null; // the query whose answer is shown, and the name of the format to save it in
let turn = 0;

/** All words of the page in the reader's language. */
function words() {
  const w = WORDS[language];
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = $("title").textContent = w.title;
  for (const [id, key] of [["shipped-title", "shipped"], ["run", "run"], ["any-sum-text", "sums"], ["page", "page"], ["language", "other"]]) $(id).textContent = w[key];
  $("size").textContent = w.size(about.statements.toLocaleString("en"), about.file);
  $("page").hidden = !about.page;
  if (asked) $("csv").textContent = w[asked.form];
  $("questions").replaceChildren(
    ...about.questions.map((q) => {
      const button = make("button", q[language] || q.name, make("small", q.name + (q.bind.length ? ` [${q.bind.join(" ")}]` : "")));
      button.type = "button";
      button.dataset.name = q.name;
      button.onclick = () => {
        editor.text = q.text;
        run();
      };
      return button;
    }),
  );
  press();
}

/** Mark the question whose text stands in the editor. */
function press() {
  for (const button of $("questions").children) {
    button.setAttribute("aria-pressed", String(about.questions.some((q) => q.name === button.dataset.name && editor && q.text === editor.text)));
  }
}

function ask(query, accept) {
  const form = new URLSearchParams({ query, notes: "1" });
  if ($("any-sum").checked) form.set("any-sum", "1");
  return fetch("sparql", { method: "POST", body: form, headers: { Accept: accept, "Accept-Language": language } });
}

async function run() {
  const mine = ++turn, query = editor.text, start = performance.now(), w = () => WORDS[language];
  $("state").textContent = w().running;
  $("error").hidden = $("csv").hidden = true;
  $("notes").replaceChildren();
  $("result").replaceChildren();
  editor.mark(0, 0, "");
  press();
  history.replaceState(null, "", "#" + new URLSearchParams({ query }));
  try {
    const answer = await ask(query, "application/sparql-results+json, text/turtle;q=0.9");
    const seconds = () => ((performance.now() - start) / 1000).toFixed(2);
    const media = (answer.headers.get("Content-Type") || "").split(";")[0];
    if (!answer.ok) {
      const said = await answer.json();
      if (mine === turn) fail(said);
      return;
    }
    const body = media === "text/turtle" ? await answer.text() : await answer.json();
    if (mine !== turn) return;
    asked = { query, form: media === "text/turtle" ? "turtle" : "csv" };
    if (asked.form === "turtle") {
      $("result").append(make("pre", body));
      $("state").textContent = w().done(seconds());
    } else {
      const rows = "boolean" in body ? null : body.results.bindings;
      $("result").append(rows ? table(body.head.vars, rows) : make("pre", String(body.boolean)));
      $("state").textContent = rows ? w().rows(rows.length, Math.min(rows.length, SHOWN), seconds()) : w().done(seconds());
    }
    $("notes").append(...JSON.parse(decodeURIComponent(answer.headers.get("X-Kg-Notes") || "%5B%5D")).map((n) => make("li", n)));
    $("csv").textContent = w()[asked.form];
    $("csv").hidden = false;
    await link(mine);
  } catch (error) {
    if (mine === turn) fail({ message: error instanceof SyntaxError ? String(error) : w().lost });
  }
}

function fail({ message, line, column }) {
  $("state").textContent = "";
  $("error").textContent = message;
  $("error").hidden = false;
  if (line) editor.mark(line, column || 1, message);
}

function table(names, rows) {
  const body = make("tbody");
  for (const row of rows.slice(0, SHOWN)) body.append(make("tr", "", ...names.map((n) => cell(row[n]))));
  return make("table", "", make("thead", "", make("tr", "", ...names.map((n) => make("th", n)))), body);
}

function cell(term) {
  const out = make("td");
  if (!term) return out;
  if (term.type === "uri") {
    const link = about.page && linked(term.value);
    const shown = make(link ? "a" : "span", short(term.value));
    shown.title = term.value;
    if (link) shown.href = link;
    out.append(shown);
  } else {
    const number = NUMBER.test(term.datatype || "") && /^-?\d+(\.\d+)?$/.test(term.value);
    out.textContent = number ? grouped(term.value) : term.value;
    if (number) out.className = "number";
    else if (!term.datatype && term.value.length <= 80) out.dataset.name = term.value;
  }
  return out;
}

/** A number with its thousands apart, digit by digit: large sums do not fit a float. */
function grouped(text) {
  const [whole, part = ""] = text.split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (/[1-9]/.test(part) ? "." + part.replace(/0+$/, "") : "");
}

function short(iri) {
  for (const [prefix, space] of Object.entries(about.prefixes)) {
    if (iri.startsWith(space) && !iri.slice(space.length).includes("/")) return `${prefix}:${iri.slice(space.length)}`;
  }
  return iri;
}

/** Where the graph page shows a thing or a fact. */
function linked(iri) {
  for (const space of ["agent", "place", "thing", "fact"]) {
    const start = about.spaces[space];
    if (!start || !iri.startsWith(start)) continue;
    let name = iri.slice(start.length);
    try {
      name = decodeURIComponent(name);
    } catch (error) {
      /* a bare % */
    }
    return `network.html#${space === "fact" ? "f" : "n"}=${encodeURIComponent(`${space}/${name}`)}`;
  }
  return "";
}

/** Names in the rows become links too, where one thing alone has that name. */
async function link(turned) {
  const cells = [...document.querySelectorAll("#result td[data-name]")];
  const names = [...new Set(cells.map((c) => c.dataset.name))].slice(0, 300);
  if (!about.page || !names.length) return;
  const answer = await ask(
    `SELECT ?name ?x { VALUES ?name { ${names.map((n) => JSON.stringify(n)).join(" ")} } BIND(STRLANG(?name, "zh") AS ?label) ?x skos:prefLabel ?label ; a ?kind }`,
    "application/sparql-results+json",
  );
  if (!answer.ok) return;
  const found = new Map();
  for (const { name, x } of (await answer.json()).results.bindings) {
    if (/\/(agent|place|thing)\//.test(x.value)) found.set(name.value, (found.get(name.value) || new Set()).add(x.value));
  }
  if (turned !== turn) return;
  for (const td of cells) {
    const things = [...(found.get(td.dataset.name) || [])];
    const href = things.length === 1 ? linked(things[0]) : "";
    if (!href) continue;
    const a = make("a", td.dataset.name);
    a.href = href;
    a.title = things[0];
    td.replaceChildren(a);
  }
}

async function save() {
  const csv = asked.form === "csv";
  const answer = await ask(asked.query, csv ? "text/csv" : "text/turtle");
  if (!answer.ok) return fail(await answer.json());
  const text = await answer.text();
  const link = make("a");
  link.href = URL.createObjectURL(new Blob([csv ? "\ufeff" : "", text], { type: csv ? "text/csv" : "text/turtle" })); // the mark is for Excel
  link.download = csv ? "answer.csv" : "answer.ttl";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

async function start() {
  const given = new URLSearchParams(location.hash.slice(1)).get("query");
  editor = Editor.open($("editor"), { text: "", run, label: "SPARQL" });
  words();
  about = await (await fetch("about.json")).json();
  const first = about.questions.find((q) => q.name === "loans-by-bank") || about.questions[0];
  editor.text = given || (first ? first.text : "");
  words();
  $("run").onclick = run;
  $("csv").onclick = save;
  $("language").onclick = () => {
    language = language === "zh" ? "en" : "zh";
    words();
  };
}
start();
