// The form as a request: which fields are shown and sent, drafts, filling in, and the request as a curl command.

import { ApiError, csrf, t } from "./frame.js";

const equal = (one, other) => JSON.stringify(one ?? "") === JSON.stringify(other ?? "");

export class RequestForm {
  constructor(form, data, fields) {
    this.form = form;
    this.data = data;
    this.fields = fields;
    for (const one of form.querySelectorAll("[data-alternatives] .segment input")) one.addEventListener("change", () => this.show());
    this.show();
  }

  /** Of alternatives, the field that is chosen. */
  chosen(names) {
    return this.form.querySelector(`input[name="choose-${names[0]}"]:checked`)?.value ?? names[0];
  }

  /** Whether a field is sent: it is chosen of its alternatives, or has a meaning with the chosen one. */
  counts(name) {
    const group = this.data.alternatives.find((names) => names.includes(name));
    if (group && this.chosen(group) !== name) return false;
    const { also } = this.data.fields[name];
    if (!also) return true;
    const chosenOf = this.data.alternatives.some((names) => names.includes(also));
    return chosenOf ? this.counts(also) : Boolean(this.fields[also]?.read());
  }

  show() {
    for (const names of this.data.alternatives) {
      const chosen = this.chosen(names);
      for (const one of names) {
        const place = this.form.querySelector(`[data-alternative="${one}"]`);
        if (place) place.hidden = one !== chosen;
      }
    }
    this.said();
  }

  choose(name) {
    const group = this.data.alternatives.find((names) => names.includes(name));
    const input = group && this.form.querySelector(`input[name="choose-${group[0]}"][value="${name}"]`);
    if (input) input.checked = true;
  }

  /** Show fields that another one brings with it, such as what a change keeps. */
  brought() {
    for (const [name, field] of Object.entries(this.fields)) if (this.data.fields[name].also) field.root.hidden = !this.counts(name);
  }

  /** How many of the further settings are not as usual. */
  said() {
    this.brought();
    const changed = [...this.form.querySelectorAll(".more [data-field]")].filter((root) => {
      const name = root.dataset.field;
      return this.counts(name) && this.fields[name] && !this.usual(name, this.fields[name].read());
    });
    const place = this.form.querySelector("[data-changed]");
    place.hidden = !changed.length;
    place.textContent = t("changed", { n: changed.length });
  }

  usual(name, value) {
    return value === "" || equal(value, this.data.fields[name].default) || (Array.isArray(value) && !value.length);
  }

  /** Whether a file of the request is still on its way. */
  waits() {
    return Object.entries(this.fields).some(([name, field]) => this.counts(name) && Boolean(field.pending ?? field.zone?.pending));
  }

  get output() {
    return this.form.querySelector('input[name="output"]:checked')?.value;
  }

  /**
   * The values that are not as usual; texts that are sent as files are uploaded where `send`. Raises ApiError where a file
   * that was still to come does not come: without it the request would be another one.
   */
  async values(send = true) {
    for (const [name, field] of Object.entries(this.fields)) {
      const said = this.counts(name) ? await field.settled() : null;
      if (said) throw new ApiError(said, name);
    }
    const found = {}; // all of them as they are at one time
    const texts = [];
    for (const [name, field] of Object.entries(this.fields)) {
      if (!this.counts(name)) continue;
      const value = field.read();
      if (!this.usual(name, value)) found[name] = value;
      if (name in found && field.file && send) texts.push([name, field, field.draft()]);
    }
    for (const [name, field, text] of texts) found[name] = await field.file(text);
    return found;
  }

  /** Show these values; all others are as at first, but for the fields of the names `kept`, which stay as they are. */
  fill(values, output = null, kept = []) {
    for (const [name, field] of Object.entries(this.fields)) {
      if (kept.includes(name)) continue;
      field.wrong("");
      if (!(name in values)) field.clear();
    }
    for (const names of this.data.alternatives) {
      if (!this.settled(names, kept)) this.choose(names.find((one) => one in values) ?? names[0]);
    }
    for (const [name, value] of Object.entries(values)) if (!kept.includes(name)) this.fields[name]?.write(value);
    const chosen = this.form.querySelector(`input[name="output"][value="${output ?? this.data.outputs[0]}"]`);
    if (chosen && !kept.includes("output")) chosen.checked = true;
    const further = Object.keys(values).some((name) => this.fields[name]?.root.closest(".more") && !this.usual(name, values[name]));
    if (further) this.form.querySelector(".more").open = true;
    this.show();
  }

  /** What is kept of the form while another page is open. */
  draft() {
    const values = {};
    const written = {};
    for (const [name, field] of Object.entries(this.fields)) {
      if (!this.counts(name)) continue;
      const named = field.named ?? field.zone?.named; // what is still asked for
      if (named) values[name] = named;
      else if (field.draft) written[name] = field.draft();
      else if (field.zone?.view) values[name] = field.zone.view;
      else values[name] = field.read();
    }
    return { values, written, output: this.output };
  }

  /** Fields that were changed before this script was there, of which a late draft must not take anything back. */
  early() {
    const own = [...this.form.querySelectorAll("[data-early]")];
    return [...new Set(own.map((one) => one.closest("[data-field]")?.dataset.field ?? one.name))];
  }

  /** Whether the choice between alternatives is among what stays as it is. */
  settled(names, kept) {
    return kept.includes(`choose-${names[0]}`) || names.some((one) => kept.includes(one));
  }

  restore({ values, written, output }) {
    const kept = this.early();
    const chosen = Object.fromEntries(Object.entries(written).filter(([name, text]) => text && !kept.includes(name)));
    const shown = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== "" && value !== undefined));
    this.fill(shown, output, kept);
    for (const [name, text] of Object.entries(chosen)) {
      const group = this.data.alternatives.find((names) => names.includes(name));
      if (group && !this.settled(group, kept)) this.choose(name);
      this.fields[name]?.restore?.(text);
    }
    this.show();
  }
}

/** A request as a command that can be pasted into a shell. */
export function curl(maker, body) {
  const quoted = JSON.stringify(body, null, 2).replaceAll("'", String.raw`'\''`);
  const token = csrf() ? ` \\\n  -H "Authorization: Bearer $MIEN_TOKEN"` : "";
  return `curl -sS -X POST '${location.origin}/api/v1/${maker}' \\\n  -H 'Content-Type: application/json'${token} \\\n  -d '${quoted}'`;
}

const handed = (maker) => `fill.${maker}`;

/** Go to a maker's form, filled in with `values`; `brought`: with a result, which the form then points out. */
export function openFilled(maker, values, output = null, brought = false) {
  sessionStorage.setItem(handed(maker), JSON.stringify({ values, output, brought }));
  location.assign(`/make/${maker}`);
}

/** What another page has handed over to this maker's form; null: nothing. */
export function takeHanded(maker) {
  const found = sessionStorage.getItem(handed(maker));
  sessionStorage.removeItem(handed(maker));
  return found ? JSON.parse(found) : null;
}
