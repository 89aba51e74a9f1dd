// What the makers say in English (stages, notes, reasons), in the language of the page where the catalogue knows it.

import { knows, t } from "./frame.js";

/** The name of a stage of the work. */
export function stageName(stage) {
  const key = `stage.${stage.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_|_$/g, "")}`;
  return knows(key) ? t(key) : stage;
}

const element = document.getElementById("sentences");
const entries = Object.entries(element ? JSON.parse(element.textContent) : {}); // the most particular first
const patterns = entries.map(([english, own]) => {
  const names = [];
  const escaped = english.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{([a-z_]+)\}/g, (_, name) => { names.push(name); return name.startsWith("number_") ? "([-−]?[0-9.,]+)" : "([^]+?)"; });
  return { form: new RegExp(`^${escaped}$`), names, own };
});

// as in mien/studio/pages/sayings.py
const LONGEST = 600;
const MOST_READ = 60;
const COUNTED = ["all", "asked", "channels", "count", "kept", "last", "least", "most", "n", "new", "peak", "rate", "second", "seconds", "size", "spent", "stated", "total", "usual", "whole"];
const AS_WRITTEN = ["number_time"];
const AMOUNT = /^[-−±]?[0-9]([0-9.,]*[0-9])?( × [0-9]([0-9.,]*[0-9])?)?( [A-Za-z]+)?$/;
const read = new Map();

/** A sentence in the language of the page; null where it is not known. Of its values see `value`. */
function known(text) {
  if (text.length > LONGEST) return null;
  if (!read.has(text)) read.set(text, read.size < MOST_READ ? found(text) : null); // a user's words can repeat them
  return read.get(text);
}

function found(text) {
  for (const { form, names, own } of patterns) {
    const match = form.exec(text);
    const values = match && names.map((name, index) => value(name, match[index + 1]));
    // where such a text is not known, the sentence only looks like this one
    if (values && !values.includes(null)) return names.reduce((made, name, index) => made.replace(`{${name}}`, () => values[index]), own);
  }
  return null;
}

/** A value named `what_…` is such a text itself, one named `maybe_…` may be one, and so may each of a `list_…`. */
function value(name, text) {
  if (name.startsWith("what_")) return known(text);
  if (name.startsWith("list_")) return text.split(", ").map((one) => known(one) ?? one).join(", ");
  // a field is named as the API has it, alone or as one of several
  if (name.startsWith("maybe_") || (name === "field" && text.includes(" number "))) return known(text) ?? text;
  return counted(name) && AMOUNT.test(text) ? text.replace(/[.,]/g, (sign) => (sign === "." ? "," : ".")) : text;
}

/** Whether it is a quantity, whose numbers are written as in Vietnamese: 3.600 and 0,4. */
function counted(name) {
  return COUNTED.includes(name) || (name.startsWith("number_") && !AS_WRITTEN.includes(name));
}

/** A sentence of a maker or of the studio; as it is where it is not known. */
export function sentence(text) {
  read.clear();
  return known(text) ?? text;
}
