// The same facts along time: a row a fact, a bar from its first day to its last; the undated stand apart.

const day = (text, last) => {
  const [y, m, d] = text.split("-").map(Number);
  return Date.UTC(y, m - 1, d + (last ? 1 : 0));
};

function timeline() {
  const rank = (n) => ["FinancingEvent", "AgreementEvent", "Observation", "Tenure", "Claim"].indexOf(FACTS[n].kind),
    list = factsShown();
  const dated = list
      .filter((n) => binsOf[n])
      .sort(
        (a, b) =>
          (FACTS[a].time[0] < FACTS[b].time[0] ? -1 : FACTS[a].time[0] > FACTS[b].time[0] ? 1 : 0) ||
          rank(a) - rank(b) ||
          yuan(FACTS[b]) - yuan(FACTS[a]) ||
          a - b,
      ),
    undated = list.filter((n) => !binsOf[n]).sort((a, b) => rank(a) - rank(b) || a - b);
  const first = dated.reduce((m, n) => Math.min(m, Number(FACTS[n].time[0].slice(0, 4))), 9999),
    last = dated.reduce((m, n) => Math.max(m, Number((FACTS[n].time[1] || FACTS[n].time[0]).slice(0, 4))), first),
    start = Date.UTC(first, 0, 1),
    whole = Date.UTC(last + 1, 0, 1) - start;
  const share = (t) => Math.max(0, Math.min(100, (100 * (t - start)) / whole)),
    years = Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => first + k),
    every = Math.ceil(years.length / (narrow() ? 5 : 10));
  const axis = make(
    "div",
    { class: "axis", "aria-hidden": "true" },
    ...years
      .filter((_, k) => k % every === 0)
      .map((y) => {
        const s = make("span", {}, String(y));
        s.style.left = `${share(Date.UTC(y, 0, 1))}%`;
        return s;
      }),
  );
  const row = (n) => {
    const f = FACTS[n],
      [who, what, whom] = triple(f),
      bar = make("i", { class: f.kind === "FinancingEvent" ? "cash" : f.kind === "Observation" ? "seen" : "" }),
      track = make("span", { class: "track", "aria-hidden": "true" }, bar);
    if (binsOf[n]) {
      const a = share(day(f.time[0])),
        b = share(day(f.time[1] || f.time[0], true));
      bar.style.left = `${a}%`;
      bar.style.width = `${b - a}%`;
    } else bar.remove();
    return make(
      "button",
      { type: "button", class: state.chosen && state.chosen.fact === n ? "event on" : "event", "data-event": n, on: () => choose({ fact: n }) },
      make(
        "span",
        { class: "days" },
        binsOf[n] ? shortDays(f) : f.time ? f.time[2] : "",
        f.time && binsOf[n] && f.time[3] !== "timeStated" ? make("small", {}, named("concepts", f.time[3])) : "",
      ),
      make(
        "span",
        { class: "deed" },
        make("span", {}, plain(who), " ", make("em", {}, plain(what)), " ", plain(whom)),
        sumOf(f) ? make("b", {}, sumOf(f)[1]) : "",
      ),
      track,
    );
  };
  const years2 = new Map();
  for (const n of dated) {
    const y = FACTS[n].time[0].slice(0, 4);
    if (!years2.has(y)) years2.set(y, []);
    years2.get(y).push(n);
  }
  const out = [make("p", { class: "fine lead" }, say("timelineNote")), dated.length ? axis : ""];
  for (const [y, some] of years2)
    out.push(
      make("h3", {}, y, make("small", {}, String(some.length))),
      byPortion(some, 100, (n) => [row(n)]),
    );
  if (undated.length) {
    const more = make("details", {}, make("summary", {}, `${say("undated")} `, make("small", {}, String(undated.length))));
    more.addEventListener("toggle", () => {
      if (more.childElementCount === 1) more.append(byPortion(undated, 100, (n) => [row(n)]));
    });
    out.push(more);
  }
  if (!list.length) out.push(make("p", { class: "empty" }, say("noneHere")));
  $("timeline").replaceChildren(...out);
}
