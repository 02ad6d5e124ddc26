// The same facts as a table: sortable, pageable, and as CSV.

const ROWS = 50;
const speaks = ([, marks]) => marks.length + (marks.some((m) => m[2] === "Quantity") ? 100 : 0);
const telling = (f) => f.quotes.reduce((a, b) => (!a || speaks(b) > speaks(a) ? b : a), null);
const firstPlace = FACTS.map((f) => {
  const q = telling(f);
  return q ? [PASSAGES[q[0]].article, (PASSAGES[q[0]].at[0] || [0])[0]] : [1e9, 0];
});
const dayWords = (f) => (f.time ? (f.time[0] ? f.time[0] + (f.time[1] && f.time[1] !== f.time[0] ? ` – ${f.time[1]}` : "") : f.time[2]) : "");
/** The days of a fact, short where they are whole months or years: 2022, 2022-05, 2022-01 – 2022-11. */
function shortDays(f) {
  const [a, b] = f.time,
    last = new Date(Date.UTC(Number(b.slice(0, 4)), Number(b.slice(5, 7)), 0)).toISOString().slice(0, 10);
  if (!b || a === b || a.slice(8) !== "01" || b !== last) return dayWords(f);
  if (a.slice(5, 7) === "01" && b.slice(5, 7) === "12") return a.slice(0, 4) === b.slice(0, 4) ? a.slice(0, 4) : `${a.slice(0, 4)} – ${b.slice(0, 4)}`;
  return a.slice(0, 7) === b.slice(0, 7) ? a.slice(0, 7) : `${a.slice(0, 7)} – ${b.slice(0, 7)}`;
}
const whatWords = (f) =>
  [
    plain(triple(f)[1]),
    plain(role(f, "stage")),
    f.kind === "FinancingEvent" ? plain(role(f, "aggregation")) : "",
    f.status === "reported" ? "" : named("concepts", f.status),
  ]
    .filter(Boolean)
    .join(" · ");

const COLUMNS = [
  ["kind", (f) => named("facts", f.kind)],
  ["who", (f) => plain(triple(f)[0])],
  ["what", whatWords],
  ["whom", (f) => plain(triple(f)[2])],
  ["sum", (f) => (sumOf(f) ? sumOf(f)[1] : "")],
  ["time2", dayWords],
  [
    "quote",
    (f) => {
      const q = telling(f);
      return q ? PASSAGES[q[0]].text : "";
    },
  ],
];

/** The facts that pass, in the order asked for. Order of the text unless a column was chosen. */
function inOrder() {
  const [key, way] = state.sort,
    list = factsShown(),
    text = (a, b) => firstPlace[a][0] - firstPlace[b][0] || firstPlace[a][1] - firstPlace[b][1] || a - b;
  if (key === "order" || key === "quote") return list.sort((a, b) => way * text(a, b));
  const value =
      key === "sum"
        ? (n) => (sumOf(FACTS[n]) ? sumOf(FACTS[n])[3] + (sumOf(FACTS[n])[5] === "CNY" ? 1e-3 : -1e15) : -Infinity)
        : COLUMNS.find(([k]) => k === key)[1],
    words = new Map(list.map((n) => [n, key === "sum" ? value(n) : value(FACTS[n])]));
  const compare =
    key === "sum"
      ? (a, b) => (words.get(a) < words.get(b) ? -1 : words.get(a) > words.get(b) ? 1 : 0)
      : (a, b) => (words.get(a) === "") - (words.get(b) === "") || (collator ? collator.compare(words.get(a), words.get(b)) : 0);
  return list.sort((a, b) => way * compare(a, b) || text(a, b));
}

function table() {
  const list = inOrder(),
    pages = Math.max(1, Math.ceil(list.length / ROWS));
  state.page = Math.max(0, Math.min(pages - 1, state.page));
  const head = COLUMNS.map(([key]) => {
    const on = state.sort[0] === key,
      sortBy = () => {
        state.sort = on ? (state.sort[1] === (key === "sum" ? -1 : 1) ? [key, -state.sort[1]] : ["order", 1]) : [key, key === "sum" ? -1 : 1];
        state.page = 0;
        table();
        const again = document.querySelector(`#table [data-sort="${key}"]`);
        if (again) again.focus();
      };
    return make(
      "th",
      { scope: "col", "aria-sort": on ? (state.sort[1] > 0 ? "ascending" : "descending") : null },
      make(
        "button",
        { type: "button", "data-sort": key, on: sortBy },
        say(key),
        make("span", { "aria-hidden": "true", class: "mark" }, on ? (state.sort[1] > 0 ? " ↑" : " ↓") : ""),
      ),
    );
  });
  const rows = list.slice(state.page * ROWS, (state.page + 1) * ROWS).map((n) => {
    const tr = make(
      "tr",
      { tabindex: "0", "data-row": n, class: state.chosen && state.chosen.fact === n ? "on" : null, on: () => choose({ fact: n }) },
      ...COLUMNS.map(([key, words]) => make("td", { class: key }, key === "quote" ? make("div", {}, words(FACTS[n])) : words(FACTS[n]))),
    );
    tr.addEventListener("keydown", (e) => {
      if (e.key === "Enter") choose({ fact: n });
      const next = e.key === "ArrowDown" ? tr.nextElementSibling : e.key === "ArrowUp" ? tr.previousElementSibling : null;
      if (next) {
        next.focus();
        e.preventDefault();
      }
    });
    return tr;
  });
  const turn = (by, key) => {
    const b = act(null, say(key), () => {
      state.page += by;
      table();
      $("table").scrollTop = 0;
    });
    b.disabled = by < 0 ? state.page === 0 : state.page >= pages - 1;
    return b;
  };
  $("table").replaceChildren(
    list.length ? make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows)) : make("p", { class: "empty" }, say("noneHere")),
    make(
      "div",
      { class: "pager" },
      turn(-1, "before"),
      make("span", { "aria-live": "polite" }, say("pages", state.page + 1, pages, list.length)),
      turn(1, "after"),
      act("csv", say("csv"), () => save("facts.csv", csv(), "text/csv;charset=utf-8")),
    ),
  );
}

/** All facts that pass, as CSV that spreadsheets open right: a byte-order mark, every field quoted, CRLF, no cell that starts a formula; several values are joined by ； */
function csv() {
  const several = (f, ...names) => [...new Set(names.flatMap((n) => role(f, n)))].map((v) => plain([v])).join("；"),
    head = (key) => (NAMES.properties.get(key) || UI[key])[state.language];
  const s = (k) => (f) => {
      const sum = sumOf(f);
      return sum ? (sum[k] === null ? "" : sum[k]) : "";
    },
    t = (k) => (f) => (f.time ? f.time[k] : ""),
    article = (f) => {
      const q = telling(f);
      return q ? ARTICLES[PASSAGES[q[0]].article] : null;
    };
  const columns = [
    ["id", (f) => f.id],
    [say("kind"), (f) => named("facts", f.kind)],
    [
      say("who"),
      (f) =>
        triple(f)[0]
          .map((v) => plain([v]))
          .join("；"),
    ],
    [
      say("what"),
      (f) =>
        triple(f)[1]
          .map((v) => plain([v]))
          .join("；"),
    ],
    [
      say("whom"),
      (f) =>
        triple(f)[2]
          .map((v) => plain([v]))
          .join("；"),
    ],
    [say("sum"), s(1)],
    [`${say("sum")} min`, s(6)],
    [`${say("sum")} value`, s(3)],
    [`${say("sum")} max`, s(7)],
    [`${say("sum")} unit`, s(5)],
    ...["instrument", "stage", "aggregation"].map((k) => [head(k), (f) => several(f, k)]),
    [`${say("time2")} from`, t(0)],
    [`${say("time2")} to`, t(1)],
    [`${say("time2")} text`, t(2)],
    [say("basis"), (f) => (f.time ? named("concepts", f.time[3]) : "")],
    [say("factStatus"), (f) => named("concepts", f.status)],
    [say("confidence"), (f) => f.confidence],
    [say("rule"), (f) => f.rule],
    [say("quote"), (f) => f.quotes.map(([p]) => PASSAGES[p].text).join(" ")],
    ["title", (f) => (article(f) || {}).title],
    ["paper", (f) => (article(f) || {}).paper],
    ["date", (f) => (article(f) ? dateOf(article(f)) : "")],
    ["page", (f) => (article(f) || {}).page],
    ["file", (f) => (article(f) || {}).file],
    [
      "offset",
      (f) => {
        const q = telling(f);
        return q && PASSAGES[q[0]].at[0] ? PASSAGES[q[0]].at[0][0] : "";
      },
    ],
  ];
  const field = (v) => {
    const text = String(v === undefined || v === null ? "" : v).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, " ");
    return `"${(typeof v !== "number" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replace(/"/g, '""')}"`;
  };
  return (
    "\ufeff" +
    [columns.map(([name]) => field(name)), ...inOrder().map((n) => columns.map(([, of]) => field(of(FACTS[n]))))].map((row) => row.join(",") + "\r\n").join("")
  );
}
