// What is shown: one state, set in one place; everything that draws listens to it.
wuye.store = (() => {
  const { places, levels } = wuye.data;
  const state = {
    indicator: 0,
    level: levels.length ? levels[0].id : null,
    scope: 0, // the division looked into: its place in `places`
    chosen: null, // the division pointed out, or null
    hovered: null,
    sort: "gap",
    tab: "ranking",
    lang: 0,
    date: 0, // the place of the date shown in `data.dates`
    show: { compounds: true, suggestions: true, barriers: true, neighbours: true },
  };
  const listeners = [];
  const first = {};

  const children = places.code.map(() => []);
  places.parent.forEach((parent, i) => {
    if (parent >= 0) children[parent].push(i);
  });

  function set(change) {
    const keys = Object.keys(change).filter((key) => state[key] !== change[key]);
    if (!keys.length) return;
    Object.assign(state, change);
    for (const key of keys) if (first[key]) first[key](state[key]);
    for (const listener of listeners) listener(new Set(keys));
  }

  // Run `draw` now and whenever one of `keys` changes.
  function watch(keys, draw) {
    listeners.push((changed) => {
      if (keys.some((key) => changed.has(key))) draw(changed);
    });
    draw(new Set(keys));
  }

  // Run `act` with the new value before anything draws it.
  function before(key, act) {
    first[key] = act;
  }

  function inScope(place, scope = state.scope) {
    for (let at = place; at >= 0; at = places.parent[at]) if (at === scope) return true;
    return false;
  }

  // Divisions of the chosen level inside the scope.
  const shown = () =>
    places.code.map((_, i) => i).filter((i) => places.level[i] === state.level && inScope(i));

  function levelsBelow(place) {
    const own = levels.findIndex((level) => level.id === places.level[place]);
    return levels.slice(own + 1).filter((level) => hasBelow(place, level.id));
  }

  function hasBelow(place, level) {
    return children[place].some((child) => places.level[child] === level || hasBelow(child, level));
  }

  // Look into a division: its own divisions become the ones shown.
  function enter(place) {
    const below = levelsBelow(place);
    if (place !== 0 && !below.length) return set({ chosen: place });
    const keep = below.some((level) => level.id === state.level);
    return set({
      scope: place,
      chosen: null,
      hovered: null,
      level: keep ? state.level : below.length ? below[0].id : state.level,
    });
  }

  const row = (place) => wuye.data.indicators[state.indicator].rows[place];
  const indicator = () => wuye.data.indicators[state.indicator];

  function path(place) {
    const found = [];
    for (let at = place; at >= 0; at = places.parent[at]) found.unshift(at);
    return found;
  }

  return { state, set, watch, before, enter, shown, inScope, levelsBelow, row, indicator, path };
})();
