// The dates of the file: one is shown, and everything that is a figure or a state changes with it.
wuye.dates = () => {
  const { data, el, find, phrase, store } = wuye;
  const { head, compounds } = data;
  const own = data.dates[0];
  own.indicators = data.indicators;
  own.compounds = Object.fromEntries(
    ["state", "mode", "committee", "interim", "counts", "inside"].map((name) => [name, compounds[name]]),
  );

  // Before anybody draws: what they read is that date's.
  store.before("date", (date) => {
    const chosen = data.dates[date];
    data.indicators = chosen.indicators;
    Object.assign(compounds, chosen.compounds);
    head.asOf = chosen.asOf;
    head.snapshot = chosen.snapshot;
  });

  store.watch(["date", "lang"], () => {
    find("as-of").replaceChildren(
      data.dates.length < 2
        ? phrase("asOfLong", { date: head.asOf })
        : el("label", {}, phrase("asOfLabel"), " ",
            el("select", { id: "date", onchange: (event) => store.set({ date: Number(event.target.value) }) },
              ...data.dates.map((one, i) => el("option", { value: i, selected: i === store.state.date }, one.asOf)))),
    );
  });
};
