// The side: legend and filters in one. A count says how many facts (entities, for kinds) a filter leaves with the others as they are.

const KINDS_SHOWN = 10;

/** Switches for the values of one filter; Alt-click or double click: only this one. */
function switches(key, off, values, counts, name, sign, more) {
  const button = (k) =>
    make(
      "button",
      {
        type: "button",
        class: "key",
        "aria-pressed": String(!off.has(k)),
        "data-key": k,
        title: name(k),
        on: (event) => {
          remember();
          if (event.altKey || event.detail === 2) {
            off.clear();
            for (const x of values) if (x !== k) off.add(x);
          } else if (!off.delete(k)) off.add(k);
          refilter();
        },
      },
      sign(k),
      make("span", { class: "word" }, name(k)),
      make("span", { class: "count" }, (counts.get(k) || 0).toLocaleString("en")),
    );
  const few = more && !state.allKinds ? values.slice(0, KINDS_SHOWN) : values;
  return section(
    key,
    off.size > 0,
    () => off.clear(),
    ...few.map(button),
    more && values.length > KINDS_SHOWN
      ? make(
          "button",
          {
            type: "button",
            class: "more",
            on: () => {
              state.allKinds = !state.allKinds;
              legend();
            },
          },
          state.allKinds ? say("fewer") : say("moreKinds", values.length - KINDS_SHOWN),
        )
      : "",
  );
}

function section(key, on, clear, ...inside) {
  return make(
    "section",
    { "aria-label": say(key) },
    make(
      "h2",
      {},
      say(key),
      on
        ? make(
            "button",
            {
              type: "button",
              on: () => {
                remember();
                clear();
                refilter();
              },
            },
            say("all"),
          )
        : "",
    ),
    ...inside,
  );
}

/** Bars with a handle at either end: the bars say how many, the handles which. lo and hi are bins. */
function slider(key, bars, lo, hi, words, set) {
  const most = Math.max(1, ...bars),
    last = bars.length - 1,
    text = make("output", { class: "range" });
  const row = make(
    "div",
    { class: "bars", "aria-hidden": "true" },
    ...bars.map((n, b) => {
      const bar = make("i", { title: `${words(b, b)}: ${n}` });
      bar.style.height = n ? `${Math.max(2, Math.round(34 * Math.sqrt(n / most)))}px` : "0";
      return bar;
    }),
  );
  const handle = (name, value) =>
    make("input", { type: "range", min: 0, max: last, step: 1, value, "aria-label": `${say(key)}${comma()}${say(name)}`, class: name });
  const low = handle("low", lo),
    high = handle("high", hi);
  const shown = () => {
    const a = Math.min(Number(low.value), Number(high.value)),
      b = Math.max(Number(low.value), Number(high.value));
    return [a, b];
  };
  const tint = () => {
    const [a, b] = shown();
    [...row.children].forEach((bar, k) => bar.classList.toggle("out", k < a || k > b));
    text.textContent = words(a, b);
    low.setAttribute("aria-valuetext", words(a, a));
    high.setAttribute("aria-valuetext", words(b, b));
  };
  for (const h of [low, high]) {
    h.addEventListener("input", tint);
    h.addEventListener("change", () => {
      const [a, b] = shown();
      remember();
      set(a, b);
      refilter();
      const again = document.querySelector(`#legend [data-slider="${key}"] .${h.className}`);
      if (again) again.focus();
    });
  }
  tint();
  return make("div", { class: "slider", "data-slider": key }, row, make("div", { class: "handles" }, low, high), text);
}

function sumSlider() {
  const bars = new Array(SUM_BINS).fill(0);
  FACTS.forEach((f, n) => {
    if (!(failing[n] & ~BITS.sum) && yuan(f)) bars[sumBin(yuan(f))]++;
  });
  const edge = (n) => (n >= 1e8 ? `${n / 1e8}亿` : `${n / 1e4}万`),
    last = SUM_BINS - 1,
    [low, high] = state.sums;
  const words = (a, b) =>
    (a === 0 && b === last
      ? say("anySum")
      : a === 0
        ? say("upTo", edge(sumEdge(b + 1)))
        : b === last
          ? say("atLeastSum", edge(sumEdge(a)))
          : `${edge(sumEdge(a))}–${edge(sumEdge(b + 1))}`) + (state.language ? "" : a === 0 && b === last ? "" : " 元");
  const out = slider("sums", bars, low > 0 ? sumBin(low) : 0, high < Infinity ? sumBin(high - 1) : last, words, (a, b) => {
    state.sums = [sumEdge(a), b === last ? Infinity : sumEdge(b + 1)];
  });
  if ((low > 0 && low !== sumEdge(sumBin(low))) || (high < Infinity && high !== sumEdge(sumBin(high - 1) + 1)))
    out.lastChild.textContent = sumWords({ low, high });
  return out;
}

function timeSlider() {
  const bars = new Array(TIME_BINS).fill(0),
    last = TIME_BINS - 1;
  binsOf.forEach((bins, n) => {
    if (bins && !(failing[n] & ~BITS.time)) for (let b = bins[0]; b <= bins[1]; b++) bars[b]++;
  });
  const words = (a, b) => (a === b ? binName(a) : `${binName(a)} – ${binName(b)}`);
  return slider("time", bars, Math.min(state.time[0], last), Math.min(state.time[1], last), words, (a, b) => {
    state.time = [a, b === last ? Infinity : b];
  });
}

function undatedSwitch() {
  const n = binsOf.filter((b, k) => !b && !(failing[k] & ~BITS.time)).length,
    box = make("input", { type: "checkbox", id: "undated" });
  if (!binsOf.some((b) => !b)) return "";
  box.checked = state.undated;
  box.addEventListener("change", () => {
    remember();
    state.undated = box.checked;
    refilter();
  });
  return make("label", { class: "check" }, box, make("span", { class: "word" }, say("undated")), make("span", { class: "count" }, n.toLocaleString("en")));
}

/** A list to choose one entity from, with the facts each would leave. */
function choice(key, any, list, chosen, bit, of, set) {
  if (!list.length) return "";
  const counts = tally(bit, (f, n) => [...new Set(membersOf[n].flatMap(of))]);
  const box = make(
    "select",
    { "aria-label": say(key), id: `choose-${key}` },
    make("option", { value: -1 }, say(any)),
    ...list.slice(0, 300).map((i) => make("option", { value: i }, `${NODES[i].label}（${counts.get(i) || 0}）`)),
  );
  box.value = String(chosen);
  box.addEventListener("change", () => {
    remember();
    set(Number(box.value));
    state.scene = null;
    refilter();
  });
  return section(key, chosen >= 0, () => set(-1), box);
}

function legend() {
  const { off } = state,
    kinds = tallyKinds(),
    values = (name) => (f) => f.roles.filter(([k]) => k === name).map(([, v]) => v),
    concept = (v) => (/^gfc:/.test(v) ? named("concepts", local(v)) : String(v));
  const dash = (g) => make("span", { class: g === "finance" ? "dash cash" : "dash" }),
    none = () => "";
  const groups = tally(BITS.group, (f, n) => (relationsOfFact[n].length ? relationsOfFact[n].map((r) => groupOf({ fact: n, relation: r })) : [groupOfFact[n]]));
  const present = [...GROUPS.keys()].filter((g) => allGroups.has(g)).sort((a, b) => allGroups.get(b) - allGroups.get(a));
  const scroll = $("legend").scrollTop;
  $("legend").replaceChildren(
    make(
      "header",
      {},
      make("span", {}, say("legendHead")),
      filtered()
        ? make(
            "button",
            {
              type: "button",
              id: "clear",
              on: () => {
                remember();
                clearFilters();
                state.scene = null;
                refilter(true, false);
              },
            },
            say("reset"),
          )
        : "",
    ),
    switches(
      "kinds",
      off.kind,
      KINDS_OF.map(([k]) => k),
      kinds,
      kindName,
      glyph,
      true,
    ),
    switches("relations", off.group, present, groups, groupName, dash),
    INSTRUMENTS.length > 1 ? switches("instruments", off.instrument, INSTRUMENTS, tally(BITS.instrument, values("instrument")), concept, none) : "",
    STAGES.length > 1 ? switches("stages", off.stage, STAGES, tally(BITS.stage, values("stage")), concept, none) : "",
    largest > 1
      ? section(
          "sums",
          state.sums[0] > 0 || state.sums[1] < Infinity,
          () => {
            state.sums = [0, Infinity];
          },
          sumSlider(),
        )
      : "",
    TIME_BINS
      ? section(
          "time",
          state.time[0] > 0 || state.time[1] < Infinity || !state.undated,
          () => {
            state.time = [0, Infinity];
            state.undated = true;
          },
          TIME_BINS > 1 ? timeSlider() : "",
          undatedSwitch(),
        )
      : "",
    choice(
      "programme",
      "anyProgramme",
      PROGRAMMES,
      state.programme,
      BITS.programme,
      (i) => [...programmesOf[i]],
      (i) => {
        state.programme = i;
      },
    ),
    choice(
      "county",
      "anyCounty",
      COUNTIES,
      state.county,
      BITS.county,
      (i) => (countyOf[i] >= 0 ? [countyOf[i]] : []),
      (i) => {
        state.county = i;
      },
    ),
  );
  $("legend").scrollTop = scroll;
}
const KINDS_OF = count(NODES.map((n) => n.kind));
const allGroups = new Map(
  count(
    [...FACTS.keys()].flatMap((n) => [
      ...new Set(relationsOfFact[n].length ? relationsOfFact[n].map((r) => groupOf({ fact: n, relation: r })) : [groupOfFact[n]]),
    ]),
  ),
);
if (register.length && !allGroups.has("place")) allGroups.set("place", 0);

/** After a change of a filter: judge, and show all anew. */
function refilter(address = true, keep = "some") {
  sift();
  legend();
  draw({ keep });
  state.page = 0;
  panel();
  views();
  if (address) remark();
}
