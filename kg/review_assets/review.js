// The rows, the answers, and the lines that they write.

const KEY = `kg-review-${DATA.hash}`;
const byId = new Map(FINDINGS.map((f) => [f.id, f]));
const KINDS = Object.keys(WORDS.kinds);
for (const f of FINDINGS) {
  f.files = [...new Set(f.said.flatMap((s) => s.quotes.map((q) => q.file)))];
  f.text = [f.title, f.id, ...f.said.flatMap((s) => [...s.roles.flatMap(([, vs]) => vs.flatMap((v) => NAMES[v] || [v])), ...s.quotes.map((q) => q.text)])].join("\n").toLowerCase();
}

// ---------------------------------------------------------------- answers and lines

function recall() {
  try {
    for (const [id, answer] of JSON.parse(stored(KEY) || "[]")) if (byId.has(id) && answer && typeof answer.name === "string") state.answers.set(id, answer);
  } catch {
    /* what was kept cannot be read: begin anew */
  }
}

function answer(finding, name, values) {
  if (name) state.answers.set(finding.id, { name, ...(values ? { values } : {}) });
  else state.answers.delete(finding.id);
  store(KEY, JSON.stringify([...state.answers]));
  basket();
  counts();
  $("said").textContent = name ? say("saidWritten", linesOf(finding).length) : say("saidUnsaid");
}

/** The lines that a finding's answer writes. */
function linesOf(finding) {
  const given = state.answers.get(finding.id);
  if (!given) return [];
  if (given.name !== "edit") return (finding.choices.find((c) => c.name === given.name) || { lines: [] }).lines;
  const note = finding.choices[0].lines[0].split("\t")[3] || "",
    values = given.values || {};
  if (finding.kind === "number") return values.setAside ? [["set-aside", finding.id, values.setAside, note].join("\t").trimEnd()] : [];
  return edited(finding.edit, values).map((cells) => [...cells, note].join("\t").trimEnd());
}
const removesOf = (finding) => {
  const given = state.answers.get(finding.id),
    choice = given && finding.choices.find((c) => c.name === given.name);
  return choice ? choice.removes : [];
};

const parts = (text) =>
  text
    .split(/[、\n]/)
    .map((x) => x.trim())
    .filter(Boolean);

/** The set-role lines of a fact, and of the claims that say the same. */
function edited(edit, values) {
  const out = [],
    drop = new Set(),
    was = Object.fromEntries(edit.roles);
  for (const [role, text] of Object.entries(values)) {
    if (!(role in was)) continue;
    const scheme = WORDS.schemes[role],
      now = scheme ? [text] : parts(text).map((x) => meant(x, edit.article, was[role])),
      before = scheme ? was[role].map((v) => v.replace("gfc:", "")) : was[role];
    if (now.length === before.length && now.every((v) => before.includes(v))) continue;
    for (const v of now.length ? now : [""]) out.push(["set-role", edit.fact, `${role}=${v}`]);
    const one = now.length === 1 && before.length === 1;
    for (const [claim, object, ...ends] of edit.attached) {
      if (role === "status") out.push(["set-role", claim, `status=${text}`]);
      else if ((role !== "financier" && role !== object) || now.includes(ends[role === "financier" ? 0 : 1])) continue;
      else if (one) out.push(["set-role", claim, `${role === "financier" ? "subject" : "object"}=${now[0]}`]);
      else drop.add(claim);
    }
  }
  const kept = out.filter(([, fact]) => !drop.has(fact));
  return [...new Set([...kept, ...[...drop].map((claim) => ["drop-fact", claim, ""])].map((c) => c.join("\t")))].map((x) => x.split("\t"));
}

/** What a name means: the thing that it was, one of its article, else the name itself. */
function meant(text, article, before) {
  const fits = (v) => NAMES[v] && (NAMES[v][0] === text || option(v) === text);
  return before.find(fits) || (DATA.articles[article] || []).find(fits) || text;
}
/** A thing as it is offered: its name, and its kind where another of the article has the same name. */
function option(v) {
  const [zh, , kind] = NAMES[v];
  return kind ? `${zh}（${word("things", kind)}）` : zh;
}

/** The new lines, each with the finding that wrote it. */
function chosenLines() {
  const out = [];
  for (const f of FINDINGS) {
    for (const line of linesOf(f)) out.push({ finding: f, line });
    for (const place of removesOf(f)) out.push({ finding: f, takes: place });
  }
  const seen = new Set(DATA.given.map(([, , line]) => bare(line)));
  return out.filter(({ line }) => line === undefined || (!seen.has(bare(line)) && seen.add(bare(line))));
}
const bare = (line) => line.split("\t").slice(0, 3).join("\t").trimEnd();

const newText = () =>
  chosenLines()
    .map(({ line, takes }) => (takes === undefined ? line : DATA.before ? "" : `# ${say("takesOut", takes)}`))
    .filter(Boolean)
    .join("\n");
/** The whole file: what stood in it, without the lines taken out, and the new ones. */
function wholeText() {
  const out = new Set(chosenLines().flatMap(({ takes }) => (takes ? [Number(takes.split(":").pop())] : []))),
    old = DATA.before ? DATA.before.filter((_, n) => !out.has(n + 1)) : ["action\tsubject\tobject\tnote"];
  while (old.length && !old[old.length - 1].trim()) old.pop();
  return [...old, newText()].filter((x) => x !== "").join("\n") + "\n";
}

// ---------------------------------------------------------------- rows

/** Whether a finding has an answer that writes or takes out a line. */
const answered = (f) => linesOf(f).length + removesOf(f).length > 0;
const stateOf = (f) => (f.state === "open" && answered(f) ? "chosen" : f.state);

function fits(f) {
  const words = state.words.trim().toLowerCase().split(/\s+/).filter(Boolean),
    how = state.show === "all" || (state.show === "chosen" ? answered(f) : state.show === "pending" ? f.state === "open" : f.state === state.show);
  return how && (!state.file || f.files.includes(state.file)) && words.every((w) => f.text.includes(w));
}

function list() {
  const kind = state.kind,
    rows = FINDINGS.filter((f) => f.kind === kind && fits(f)),
    all = Object.values(DATA.totals[kind]).reduce((a, b) => a + b, 0),
    listed = FINDINGS.filter((f) => f.kind === kind).length,
    out = [
      make("header", { class: "lead" }, make("h2", {}, word("kinds", kind)), make("p", {}, fill(UI.intro[kind])), make("p", { class: "fine" }, say("count", rows.length))),
    ];
  if (listed < all) out.push(make("p", { class: "note", role: "note" }, say("capped", listed, all)));
  if (!rows.length) out.push(make("p", { class: "nothing" }, say(listed ? "nothingFits" : "nothing")));
  let reason = "";
  for (const f of rows.slice(0, state.most)) {
    if (kind === "number" && f.why !== reason) {
      out.push(make("h3", {}, word("concepts", (reason = f.why)), make("small", {}, String(rows.filter((x) => x.why === f.why).length))));
      if (UI[reason]) out.push(make("p", { class: "fine" }, say(reason)));
    }
    out.push(row(f));
  }
  if (rows.length > state.most)
    out.push(
      make("button", { type: "button", class: "act more", on: { click: () => { state.most += 50; list(); } } }, say("more", Math.min(50, rows.length - state.most))),
    );
  $("list").replaceChildren(...out);
}

function row(f) {
  const given = state.answers.get(f.id) || (f.chosen ? { name: f.chosen } : null),
    card = make("article", { class: `card ${stateOf(f)}`, "data-id": f.id, tabindex: "-1", "aria-label": f.title });
  const reason = f.kind === "unmatched" ? word("reasons", f.why).replace("{name}", f.title).replace(/[：;,].*\{ids\}/, "") : f.kind === "number" ? word("concepts", f.why) : word("reasons", f.why);
  const chips = f.kind === "number" ? [] : [make("span", { class: f.kind === "low" ? "chip" : "chip alert" }, f.kind === "low" ? word("things", f.said[0].kind) : reason)];
  const [first] = f.said;
  if (f.kind === "low") chips.push(sure(first.confidence));
  if (f.state === "written") chips.push(make("span", { class: "chip good" }, say("written")));
  if (f.state === "done") chips.push(make("span", { class: "chip good" }, first.review ? fill(UI.reviewed[first.review]) : say("done")));
  if (chips.length) card.append(make("div", { class: "head" }, chips));
  if (f.kind === "name" || f.kind === "conflict")
    card.append(make("ol", { class: "sides" }, f.said.map((s) => make("li", {}, fact(s, true)))));
  else card.append(...fact(first, false));
  if (f.state !== "done") card.append(answers(f, given, card));
  card.addEventListener("focusin", () => {
    state.at = f.id;
  });
  return card;
}

const sure = (confidence) =>
  make("span", { class: "sure" }, make("i", { class: "meter", style: `--at:${Math.round(confidence * 100)}%`, "aria-hidden": "true" }), `${say("confidence")} ${confidence}`);

const ENDS = { financier: 1, recipient: 1, purpose: 1, subject: 1, predicate: 1, object: 1, member: 1, organization: 1, atDivision: 1, about: 1, party: 1 };

/** What the graph says, then the sentences. */
function fact(s, meter) {
  const out = [],
    rows = s.roles.filter(([r, vs]) => vs.length && !(r === "status" && vs[0] === "gfc:reported")),
    amount = rows.find(([r]) => r === "amount");
  if (THING_KINDS.has(s.kind)) out.push(make("p", { class: "thing" }, make("b", {}, shown(s.id)), " ", make("span", { class: "muted" }, word("things", s.kind))));
  else if (s.kind === "Quantity") out.push(make("p", { class: "sum" }, make("b", {}, shown(s.id))));
  else if (amount) out.push(make("p", { class: "sum" }, make("b", {}, amount[1].map(shown).join("、")), " ", make("span", { class: "muted" }, rows.filter(([r]) => r === "instrument" || r === "metric").map(([, vs]) => vs.map(shown).join("、")).join(" "))));
  else if (s.kind === "line") out.push(make("p", { class: "thing" }, make("code", {}, rows.find(([r]) => r === "line")[1][0])), make("p", { class: "fine" }, make("code", {}, s.id)));
  const aside = new Set(["amount", "setAside", "line", "name", ...(amount ? ["instrument", "metric"] : [])]),
    told = rows.filter(([r]) => !aside.has(r)).sort(([a], [b]) => (ENDS[b] || 0) - (ENDS[a] || 0));
  const dl = make("dl", {});
  for (const [r, vs] of told) {
    const name = UI[r] && !WORDS.roles[r] ? say(r) : word("roles", r);
    dl.append(make("div", { class: ENDS[r] ? "end" : "" }, make("dt", {}, name), make("dd", {}, r === "mentions" ? say("times", vs[0]) : vs.map(shown).join("、"))));
  }
  if (s.days) dl.append(make("div", {}, make("dt", {}, say("time")), make("dd", {}, s.days)));
  if (dl.childElementCount) out.push(dl);
  for (const q of s.quotes) out.push(quote(q));
  if (s.rule) out.push(make("p", { class: "fine" }, `${say("rule")} `, make("code", {}, s.rule), " · ", make("code", {}, s.id), meter && s.confidence !== null ? ` · ${say("confidence")} ${s.confidence}` : ""));
  return out;
}
const THING_KINDS = new Set(Object.keys(WORDS.things).filter((k) => !/Event|Observation|Tenure|Claim/.test(k)));

/** A sentence with its roles marked, and where it stands. */
function quote(q) {
  const said = make("blockquote", {}, q.before ? make("span", { class: "before" }, q.before) : "");
  let at = 0;
  const text = [...q.text];
  for (const [start, end, role] of q.marks) {
    said.append(text.slice(at, start).join(""));
    const label = role ? (UI[role] && !WORDS.roles[role] ? say(role) : word("roles", role)) : "";
    said.append(make("mark", { class: role === "amount" || role === "number" ? "sum-mark" : "", "data-role": label || null }, text.slice(start, end).join("")));
    at = end;
  }
  said.append(text.slice(at).join(""));
  const where = [q.title ? `《${q.title}》` : "", q.day].filter(Boolean).join(" ");
  return make("figure", {}, said, make("figcaption", {}, where ? make("cite", {}, where) : "", make("code", {}, `${q.file}:${q.start}-${q.end}`)));
}

// ---------------------------------------------------------------- answering

function label(f, choice) {
  if (choice.name === "keep") return say(f.kind === "number" ? "keepNumber" : "keep");
  if (choice.name === "all") return say("every");
  if (choice.name.startsWith("only-")) return say("only", f.said.findIndex((s) => s.id === choice.about) + 1);
  if (choice.name.startsWith("instead-")) return say("instead", shown(choice.about));
  if (choice.name.startsWith("same")) return say(choice.name, shown(choice.about));
  return say(choice.name);
}

function answers(f, given, card) {
  const group = make("fieldset", { class: "answers" }, make("legend", { class: "unseen" }, say("answer"))),
    below = make("div", { class: "below" }),
    options = [...f.choices.map((c) => [c.name, label(f, c)]), ...(f.edit ? [["edit", say(f.kind === "number" ? "editNumber" : "edit")]] : [])];
  const show = () => {
    const now = state.answers.get(f.id);
    below.replaceChildren(...(now && now.name === "edit" ? [form(f, now, written)] : []), written);
    tell();
  };
  const written = make("div", { class: "written" });
  const tell = () => {
    const now = state.answers.get(f.id),
      lines = linesOf(f),
      takes = removesOf(f);
    card.className = `card ${stateOf(f)}`;
    written.replaceChildren(
      ...(now ? [...lines.map((x) => make("code", { class: "line" }, pretty(x))), ...takes.map((x) => make("span", { class: "fine" }, say("takesOut", x)))] : []),
      ...(now && !lines.length && !takes.length ? [make("span", { class: "fine" }, say("nothingYet"))] : []),
      ...(now ? [make("button", { type: "button", class: "link", on: { click: () => unsay() } }, say("unsay"))] : []),
    );
  };
  const unsay = () => {
    answer(f, "");
    for (const input of group.querySelectorAll("input")) input.checked = false;
    show();
  };
  options.forEach(([name, words], n) => {
    const input = make("input", { type: "radio", name: `answer ${f.id}`, value: name, checked: Boolean(given && given.name === name) });
    input.addEventListener("change", () => {
      answer(f, name, name === "edit" ? start(f) : undefined);
      show();
      const field = below.querySelector("input, select");
      if (name === "edit" && field) field.focus();
    });
    group.append(make("label", { class: `choice ${name === "drop" || name === "none" || name === "remove" ? "bad" : ""}` }, input, make("span", {}, words), make("kbd", { "aria-hidden": "true" }, String(n + 1))));
  });
  card.unsay = unsay;
  written.tell = tell;
  show();
  return make("div", { class: "respond" }, group, below);
}
const pretty = (line) => line.split("\t").join("  ");

/** The values of a form as they are before any change. */
function start(f) {
  return Object.fromEntries(
    f.edit.roles.map(([role, vs]) => [role, role === "setAside" ? "" : WORDS.schemes[role] ? (vs[0] || "").replace("gfc:", "") : vs.map((v) => shownName(v)).join("、")]),
  );
}
const shownName = (v) => (NAMES[v] ? NAMES[v][0] : v);

function form(f, now, written) {
  const id = `names ${f.edit.article}`.replaceAll(/[^\w]/g, "-"),
    things = DATA.articles[f.edit.article] || [],
    fields = [],
    warning = make("p", { class: "fine alert", role: "status" });
  const change = (role, value) => {
    answer(f, "edit", { ...state.answers.get(f.id).values, [role]: value });
    written.tell();
    const stray = f.edit.roles
      .filter(([r]) => !WORDS.schemes[r])
      .flatMap(([r, before]) => parts(state.answers.get(f.id).values[r] || "").filter((x) => meant(x, f.edit.article, before) === x && !things.includes(x)));
    warning.textContent = stray.length ? say("unknown", stray.join("、")) : "";
  };
  for (const [role, vs] of f.edit.roles) {
    const scheme = WORDS.schemes[role],
      name = role === "setAside" ? say("setAside") : word("roles", role),
      value = (now.values || {})[role] ?? "";
    let field;
    if (scheme) {
      field = make("select", {}, role === "setAside" || !vs.length ? make("option", { value: "" }, "—") : "", scheme.map((c) => make("option", { value: c, selected: c === value }, word("concepts", c))));
      field.addEventListener("change", () => change(role, field.value));
    } else {
      field = make("input", { type: "text", list: id, value, autocomplete: "off", spellcheck: "false" });
      field.addEventListener("input", () => change(role, field.value));
      field.addEventListener("focus", () => field.select()); // what is typed takes the old name's place, and all names are offered
    }
    fields.push(make("label", {}, make("span", {}, name), field));
  }
  const twice = things.filter((v, n) => things.some((w, m) => m !== n && NAMES[w][0] === NAMES[v][0]));
  return make(
    "div",
    { class: "form" },
    fields,
    make("datalist", { id }, things.filter((v) => NAMES[v]).map((v) => make("option", { value: twice.includes(v) ? option(v) : NAMES[v][0] }, word("things", NAMES[v][2])))),
    f.kind === "number" ? "" : make("p", { class: "fine" }, say("several")),
    warning,
  );
}

// ---------------------------------------------------------------- the lines so far

function basket() {
  const lines = chosenLines(),
    fresh = lines.length;
  $("basket-title").replaceChildren(say("basket"), make("span", { class: "badge" }, say("newLines", fresh)));
  $("lines").replaceChildren(
    ...lines.map(({ finding, line, takes }) =>
      make(
        "li",
        {},
        make("button", { type: "button", class: "line-link", on: { click: () => visit(finding) }, title: finding.title }, takes === undefined ? pretty(line) : `− ${say("takesOut", takes)}`),
        make("button", { type: "button", class: "x", "aria-label": `${say("unsay")}: ${finding.title}`, on: { click: () => takeBack(finding) } }, "×"),
      ),
    ),
  );
  $("lines").hidden = !fresh;
  $("basket-help").textContent = !fresh ? say("noLines") : DATA.before ? say("basketWhole", DATA.file) : say("basketHelp");
  for (const id of ["download", "copy", "clear"]) $(id).disabled = !(fresh || (id === "clear" && state.answers.size));
  $("given").hidden = !DATA.given.length;
  $("given").querySelector("summary").textContent = say("given", DATA.given.length);
  $("given")
    .querySelector("ol")
    .replaceChildren(...DATA.given.map(([, n, line]) => make("li", { value: String(n) }, make("code", {}, pretty(line)))));
}

function takeBack(finding) {
  const card = [...document.querySelectorAll(".card")].find((c) => c.dataset.id === finding.id);
  if (card && card.unsay) card.unsay();
  else answer(finding, "");
}

/** Bring a finding's row to the screen. */
function visit(f) {
  state.kind = f.kind;
  state.words = $("search").value = "";
  state.file = $("file").value = "";
  if (!fits(f)) state.show = $("state").value = "all";
  state.most = Math.max(state.most, FINDINGS.filter((x) => x.kind === f.kind && fits(x)).indexOf(f) + 1);
  counts();
  list();
  $("basket").classList.remove("open");
  focusRow(f.id);
}
function focusRow(id) {
  const card = [...document.querySelectorAll(".card")].find((c) => c.dataset.id === id);
  if (!card) return;
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
  state.at = id;
}

/** How many rows of each kind are still to be looked at. */
function counts() {
  const buttons = KINDS.map((k) => {
    const mine = FINDINGS.filter((f) => f.kind === k),
      left = DATA.totals[k].open - mine.filter((f) => f.state === "open" && answered(f)).length;
    return make(
      "button",
      { type: "button", class: left ? "" : "empty", "aria-pressed": String(k === state.kind), "data-kind": k, on: { click: () => go(k) } },
      word("kinds", k),
      make("span", { class: "badge" }, left ? String(left) : DATA.totals[k].open || mine.length ? "✓" : "0"),
    );
  });
  $("kinds").replaceChildren(...buttons);
}
function go(kind) {
  state.kind = kind;
  state.most = 50;
  counts();
  list();
  scrollTo(0, 0);
  $("list").scrollTop = 0;
}

function download() {
  const url = URL.createObjectURL(new Blob([wholeText()], { type: "text/tab-separated-values;charset=utf-8" })),
    a = make("a", { href: url, download: "corrections.tsv" });
  document.body.append(a);
  a.click();
  a.remove();
  setTimeout(() => URL.revokeObjectURL(url), 4000);
}

// ---------------------------------------------------------------- the page

/** Everything with words or colours, anew. */
function dress() {
  document.documentElement.dataset.theme = state.dark ? "dark" : "light";
  document.documentElement.lang = state.language ? "en" : "zh-Hans";
  document.title = `${say("title")} · ${DATA.graph}`;
  $("title").textContent = say("title");
  $("skip").textContent = say("skip");
  for (const [id, key] of [["language", "language"], ["theme", state.dark ? "light" : "dark"], ["download", "download"], ["copy", "copy"], ["clear", "clearAll"], ["fold", $("basket").classList.contains("open") ? "hide" : "show"], ["keys", "keys"]])
    $(id).textContent = say(key);
  for (const [id, key] of [["search", "search"], ["file", "file"], ["state", "state"], ["kinds", "kinds"], ["language", "toLanguage"]]) $(id).setAttribute("aria-label", say(key));
  $("search").placeholder = say("search");
  const files = [...new Set(FINDINGS.flatMap((f) => f.files))].sort();
  $("file").replaceChildren(make("option", { value: "" }, say("files")), ...files.map((x) => make("option", { value: x, selected: x === state.file }, x.split("/").pop())));
  $("file").hidden = files.length < 2;
  $("state").replaceChildren(...["pending", "chosen", "written", "clear", "done", "all"].map((s) => make("option", { value: s, selected: s === state.show }, say(s))));
  counts();
  list();
  basket();
}

$("search").addEventListener("input", () => {
  state.words = $("search").value;
  list();
});
$("search").addEventListener("keydown", (e) => {
  if (e.key === "Escape") {
    state.words = $("search").value = "";
    list();
    $("search").blur();
  }
});
for (const [id, key] of [["file", "file"], ["state", "show"]])
  $(id).addEventListener("change", () => {
    state[key] = $(id).value;
    state.most = 50;
    list();
  });
$("language").addEventListener("click", () => {
  state.language = 1 - state.language;
  store("kg-language", String(state.language));
  dress();
});
$("theme").addEventListener("click", () => {
  state.dark = !state.dark;
  store("kg-theme", state.dark ? "dark" : "light");
  dress();
});
$("download").addEventListener("click", download);
$("copy").addEventListener("click", () => copyText(newText() + "\n", $("copy")));
$("clear").addEventListener("click", () => {
  if (!confirm(say("sure", state.answers.size))) return;
  state.answers.clear();
  store(KEY, "[]");
  dress();
});
$("fold").addEventListener("click", () => {
  const open = $("basket").classList.toggle("open");
  $("fold").setAttribute("aria-expanded", String(open));
  $("fold").textContent = say(open ? "hide" : "show");
});
document.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
  const typing = /^(SELECT|TEXTAREA)$/.test(e.target.tagName) || (e.target.tagName === "INPUT" && e.target.type !== "radio");
  if (typing) return;
  const cards = [...document.querySelectorAll(".card")],
    at = cards.findIndex((c) => c.dataset.id === state.at);
  if (e.key === "/") {
    $("search").focus();
    $("search").select();
  } else if (e.key === "j" || e.key === "k") {
    const next = cards[Math.max(0, Math.min(cards.length - 1, at + (e.key === "j" ? 1 : -1)))];
    if (next) focusRow(next.dataset.id);
  } else if (at >= 0 && /^[1-9]$/.test(e.key)) {
    const input = cards[at].querySelectorAll(".answers input")[Number(e.key) - 1];
    if (input && !input.checked) input.click();
  } else if (at >= 0 && e.key === "0" && cards[at].unsay) cards[at].unsay();
  else return;
  e.preventDefault();
});

recall();
state.kind = KINDS.find((k) => DATA.totals[k].open) || KINDS[0];
dress();
document.documentElement.dataset.ready = "1";
