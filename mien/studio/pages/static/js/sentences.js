// What the makers say in English (stages, notes, reasons), in the language of the page where the catalogue knows it.

import { knows, t } from "./frame.js";

/** The name of a stage of the work. */
export function stageName(stage) {
  const key = `stage.${stage.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_|_$/g, "")}`;
  return knows(key) ? t(key) : stage;
}

const element = document.getElementById("sentences");
const patterns = Object.entries(element ? JSON.parse(element.textContent) : {}).map(([english, own]) => {
  const names = [];
  const escaped = english.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{([a-z_]+)\}/g, (_, name) => { names.push(name); return "(.+?)"; });
  return { form: new RegExp(`^${escaped}$`), names, own };
});

/** A sentence of a maker or of the studio; as it is where it is not known. */
export function sentence(text) {
  for (const { form, names, own } of patterns) {
    const found = form.exec(text);
    if (found) return names.reduce((made, name, index) => made.replace(`{${name}}`, found[index + 1]), own);
  }
  return text;
}
