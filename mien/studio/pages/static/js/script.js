// The time line of `mien move`: lines of seconds and words, and its end.

import { el, icon, number, t } from "./frame.js";

export class Script {
  constructor(root, changed) {
    this.rows = root.querySelector("[data-rows]");
    this.bar = root.querySelector("[data-timeline]");
    this.end = root.querySelector("[data-end]");
    this.changed = () => { this.draw(); changed(); };
    root.querySelector("[data-add-row]").addEventListener("click", () => {
      const last = this.read().at(-1)?.time ?? -2;
      this.add(Math.round((last + 2) * 10) / 10, "").querySelector('input[type="text"]').focus();
      this.changed();
    });
    this.end.addEventListener("input", this.changed);
    this.write("");
  }

  add(time, text) {
    const row = el("div", { class: "script-row" },
      el("input", { class: "input", type: "number", min: 0, max: 3600, step: 0.1, value: time, "aria-label": t("script.at"), oninput: this.changed }),
      el("input", { class: "input", type: "text", maxlength: 2000, value: text, placeholder: t("script.example"), "aria-label": t("script.what"), oninput: this.changed }),
      el("button", { class: "button icon quiet", type: "button", "aria-label": t("script.remove"), title: t("script.remove"), onclick: () => { row.remove(); this.changed(); } }, icon("close")));
    this.rows.append(row);
    return row;
  }

  read() {
    return [...this.rows.children]
      .map((row) => ({ time: Number(row.children[0].value), text: row.children[1].value.trim() }))
      .sort((one, other) => one.time - other.time);
  }

  draw() {
    const cues = this.read().filter((one) => one.text);
    const end = Math.max(Number(this.end.value) || 0, (cues.at(-1)?.time ?? 0) + 0.4);
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
    const cues = this.read().filter((one) => one.text);
    if (!cues.length) return "";
    const lines = cues.map((one) => `${one.time}: ${one.text.replaceAll("\n", " ")}`);
    const end = Number(this.end.value);
    return [...lines, ...(end > cues.at(-1).time ? [`${end}: end`] : [])].join("\n");
  }

  write(text) {
    this.rows.replaceChildren();
    for (const line of text.split("\n")) {
      const found = /^\s*([0-9]+(?:\.[0-9]+)?)\s*:\s*(.+)$/.exec(line);
      if (found && found[2].trim() === "end") this.end.value = found[1];
      else if (found) this.add(Number(found[1]), found[2].trim());
    }
    if (!this.rows.children.length) { this.add(0, ""); this.add(3, ""); }
    this.draw();
  }
}
