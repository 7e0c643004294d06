// Words, elements and nothing else. Texts of users only ever become text nodes.
"use strict";

const wuye = {
  data: JSON.parse(document.getElementById("wuye").textContent),
  lang: 0, // 0 Chinese, 1 English: the place in every pair of words
};

// A pair of words in the chosen language; anything else as it is.
wuye.say = (words) => (Array.isArray(words) ? words[wuye.lang] : words === undefined ? "" : String(words));

// A phrase by key, with its {gaps} filled in.
wuye.phrase = (key, values = {}) =>
  wuye.say(wuye.data.words[key])
    .replace(/\{(\w+)\}/g, (_, name) => wuye.say(values[name]))
    .replace(/ %/g, "\u00a0%");

wuye.number = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

// el("p", { class: "quiet", onclick: f }, "text", otherElement, null)
wuye.el = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(made.style, value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
};

wuye.find = (id) => document.getElementById(id);

// A small square of a class or state, with its pattern.
wuye.swatch = (fill, line, pattern = "solid") =>
  wuye.el("i", { class: `swatch ${pattern}`, "aria-hidden": "true", style: { backgroundColor: fill, borderColor: line, color: line } });

// Put phrases into every element that names one.
wuye.translate = () => {
  document.documentElement.lang = wuye.lang ? "en" : "zh-CN";
  for (const node of document.querySelectorAll("[data-word]")) {
    node.textContent = wuye.phrase(node.dataset.word);
  }
  for (const node of document.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", wuye.phrase(node.dataset.label));
    if (node.hasAttribute("placeholder")) node.setAttribute("placeholder", wuye.phrase(node.dataset.label));
  }
};
