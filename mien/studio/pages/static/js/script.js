// The time line of `mien move`: lines of seconds and words, and its end.

import { el, icon, number, t } from "./frame.js";
import { linesOf, shown, timed } from "./timeline.js";

// as in mien/motion/generate/script.py
const SHORTEST = 0.4;
const LONGEST = 3600;
const ROUNDING = 0.01;
const STEP = 2;

export class Script {
  constructor(root, changed) {
    this.rows = root.querySelector("[data-rows]");
    this.bar = root.querySelector("[data-timeline]");
    this.end = root.querySelector("[data-end]");
    this.changed = () => { this.draw(); changed(); };
    root.querySelector("[data-add-row]").addEventListener("click", () => {
      const last = this.read().at(-1)?.time ?? -STEP;
      const time = Math.round((last + STEP) * 10) / 10;
      // the end goes along, so that the new line has its time
      if (this.end.value !== "" && Number(this.end.value) < time + SHORTEST) this.end.value = String(time + STEP);
      this.add(time, "").querySelector('input[type="text"]').focus();
      this.changed();
    });
    this.end.addEventListener("input", this.changed);
    this.write("");
  }

  add(time, text) {
    const row = el("div", { class: "script-row" },
      el("input", { class: "input", type: "number", min: 0, max: LONGEST, step: 0.1, value: time, "aria-label": t("script.at"), oninput: this.changed }),
      el("input", { class: "input", type: "text", maxlength: 2000, value: text, placeholder: t("script.example"), "aria-label": t("script.what"), oninput: this.changed }),
      el("button", { class: "button icon quiet", type: "button", "aria-label": t("script.remove"), title: t("script.remove"), onclick: () => { row.remove(); this.changed(); } }, icon("close")));
    this.rows.append(row);
    return row;
  }

  /** The rows in order of time; `row`: the number that the reader sees. */
  read() {
    return [...this.rows.children]
      .map((row, index) => ({ row: index + 1, input: row.children[0], given: row.children[0].value !== "", time: Number(row.children[0].value), text: row.children[1].value.trim() }))
      .sort((one, other) => one.time - other.time);
  }

  /** The rows that say something. */
  cues() {
    return this.read().filter((one) => one.text);
  }

  /** What is wrong with the times: a sentence and the input that it is about, or null. */
  fault() {
    const cues = this.cues();
    const wrong = cues.find((one) => !one.given || one.time < 0 || one.time > LONGEST);
    if (wrong) return [t(wrong.given ? "script.fault.range" : "script.fault.empty", { row: wrong.row, most: number(LONGEST) }), wrong.input];
    const close = cues.findIndex((one, index) => index > 0 && one.time - cues[index - 1].time < SHORTEST - ROUNDING);
    if (close > 0) {
      const [before, one] = [cues[close - 1], cues[close]];
      const order = { row: one.row, time: shown(one.time), before: shown(before.time), least: number(SHORTEST, 1) };
      return [t("script.fault.order", order), one.input];
    }
    const last = cues.at(-1);
    if (!last || (this.end.value === "" && !this.end.validity.badInput)) return null;
    const end = Number(this.end.value);
    if (this.end.validity.badInput || end > LONGEST) return [t("script.fault.end_range", { most: number(LONGEST) }), this.end];
    if (end - last.time >= SHORTEST - ROUNDING) return null;
    return [t("script.fault.end", { end: shown(end), time: shown(last.time), least: number(SHORTEST, 1) }), this.end];
  }

  /** The row that a line of the text that is sent was made of. */
  row(line) {
    return this.cues()[line - 1]?.row ?? line;
  }

  draw() {
    const cues = this.cues();
    const end = Math.max(Number(this.end.value) || 0, (cues.at(-1)?.time ?? 0) + SHORTEST);
    const starts = [...cues.map((one) => one.time), end];
    const parts = cues.map((one, index) => {
      const part = el("span", {}, `${number(one.time, 1)} · ${one.text}`);
      part.style.flexGrow = String(Math.max(starts[index + 1] - one.time, 0.05));
      return part;
    });
    if (cues.length && cues[0].time > 0) {
      const still = el("span", { class: "still" });
      still.style.flexGrow = String(cues[0].time);
      parts.unshift(still);
    }
    this.bar.replaceChildren(...parts);
    this.bar.hidden = !parts.length;
  }

  get value() {
    const cues = this.cues();
    if (!cues.length) return "";
    const lines = cues.map((one) => `${one.time}: ${one.text.replaceAll("\n", " ")}`);
    return [...lines, ...(this.end.value === "" ? [] : [`${Number(this.end.value)}: end`])].join("\n");
  }

  write(text) {
    this.rows.replaceChildren();
    const lines = linesOf(text).map((one) => timed(one.text)).filter(Boolean);
    const end = lines.at(-1)?.rest.toLowerCase() === "end" ? lines.pop().time : "";
    this.end.value = lines.length ? end : this.end.defaultValue;
    for (const one of lines) this.add(one.time, one.rest);
    if (!lines.length) { this.add(0, ""); this.add(3, ""); }
    this.draw();
  }
}
