// A reader and writer for each kind of widget: what parts/widgets.html draws, as the values of a request.

import { ApiError, el, failure, icon, t } from "./frame.js";
import { SAMPLE, Zone, upload } from "./files.js";
import { Script } from "./script.js";
import { Track } from "./track.js";

const CLICK_MS = 300;

/** A field of the form. `read()` gives its value, "" where it is left empty; `write(value)` shows one. */
class Field {
  constructor(root, spec, changed) {
    this.root = root;
    this.spec = spec;
    this.changed = changed;
    this.input = root.querySelector(`#in-${root.dataset.field}`);
    this.open();
  }

  open() { this.input.addEventListener("input", () => this.edited()); }
  edited() { this.wrong(""); this.changed(); }
  read() { return this.input.value.trim(); }
  write(value) { this.input.value = value ?? ""; }
  clear() { this.write(this.spec.default ?? ""); }
  focus() { (this.input ?? this.root.querySelector("input, textarea, select, button"))?.focus(); }
  /** Wait for what is still to come. Gives what is wrong with it, as a sentence, where it does not come; else null. */
  async settled() { return null; }

  /** Say what `fault()` finds as soon as an input is left, not only when the form is sent. */
  left(fault) {
    // after the click that may have left it: the sentence moves the button that is being pressed
    this.root.addEventListener("change", () => setTimeout(() => { const said = fault(); if (said) this.wrong(said); }, CLICK_MS));
  }

  /** Show what is wrong with it; "" takes that away. */
  wrong(message) {
    const place = this.root.querySelector(`[id="wrong-${this.root.dataset.field}"]`);
    place.textContent = message;
    place.hidden = !message;
    const control = this.input ?? this.root.querySelector("input, textarea, select");
    if (message) control?.setAttribute("aria-invalid", "true");
    else control?.removeAttribute("aria-invalid");
  }
}

class NumberField extends Field {
  read() { return this.input.value === "" ? "" : Number(this.input.value); }
}

class SeedField extends NumberField {
  open() {
    super.open();
    this.root.querySelector("[data-dice]").addEventListener("click", () => {
      this.input.value = String(crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000);
      this.edited();
    });
  }
}

class SliderField extends NumberField {
  open() {
    super.open();
    this.shown = this.root.querySelector("output");
    this.show();
  }
  edited() { this.show(); super.edited(); }
  write(value) { super.write(value); this.show(); }
  show() { this.shown.textContent = `${Math.round(Number(this.input.value) * 100)}%`; }
}

class SwitchField extends Field {
  read() { return this.input.checked; }
  write(value) { this.input.checked = Boolean(value); }
}

class ChipsField extends Field {
  open() {
    this.inputs = [...this.root.querySelectorAll('input[type="radio"]')];
    for (const one of this.inputs) one.addEventListener("change", () => this.edited());
  }
  read() { return this.inputs.find((one) => one.checked)?.value ?? ""; }
  write(value) {
    const found = this.inputs.find((one) => one.value === String(value ?? "")) ?? this.inputs.find((one) => one.defaultChecked);
    if (found) found.checked = true;
  }
}

class BoxesField extends Field {
  open() {
    this.inputs = [...this.root.querySelectorAll('input[type="checkbox"]')];
    for (const one of this.inputs) one.addEventListener("change", () => this.edited());
  }
  read() { return this.inputs.filter((one) => one.checked).map((one) => one.value); }
  write(value) { for (const one of this.inputs) one.checked = (value ?? []).includes(one.value); }
}

class TextsField extends Field {
  open() {
    this.lines = this.root.querySelector("[data-lines]");
    this.root.querySelector("[data-add-line]").addEventListener("click", () => { this.add("").focus(); this.edited(); });
    this.write([]);
  }
  add(text) {
    const { max, example } = this.lines.dataset;
    const input = el("input", { class: "input", type: "text", value: text, maxlength: max || null, placeholder: example, "aria-label": this.spec.label, oninput: () => this.edited() });
    const row = el("div", { class: "joined" }, input,
      el("button", { class: "button icon quiet", type: "button", "aria-label": t("remove_text"), title: t("remove_text"), onclick: () => { row.remove(); if (!this.lines.children.length) this.add(""); this.edited(); } }, icon("close")));
    this.lines.append(row);
    return input;
  }
  read() { return [...this.lines.querySelectorAll("input")].map((one) => one.value.trim()).filter(Boolean); }
  write(value) {
    this.lines.replaceChildren();
    const texts = Array.isArray(value) ? value : value ? [value] : [];
    for (const text of texts.length ? texts : [""]) this.add(text);
  }
}

class FileField extends Field {
  open() {
    this.zone = new Zone(this.root.querySelector("[data-zone]"), {
      changed: (arrived) => this.changed(arrived), begun: () => this.changed(), wrong: (message) => this.wrong(message), kinds: this.spec.accepts,
    });
  }
  read() { return this.zone.value; }
  write(value) {
    if (!value) this.zone.clear();
    else if (value === SAMPLE) this.zone.takeSample();
    else this.show(value);
  }
  /** A file: its FileView, or its value `file:ID`. */
  show(value) {
    if (typeof value === "object") this.zone.write(value);
    else this.zone.ask(String(value));
  }
  settled() { return this.zone.settled(); }
}

/** A text, or a file in its place. */
class FileOrTextField extends FileField {
  open() {
    super.open();
    this.typed = this.root.querySelector("[data-typed]");
    this.typed.addEventListener("input", () => this.edited());
    this.zone.changed = (arrived) => { this.typed.hidden = Boolean(this.zone.view); this.changed(arrived); };
  }
  read() { return this.zone.value || this.typed.value.trim(); }
  write(value) {
    const file = typeof value === "object" ? value : /^file:/.test(String(value ?? ""));
    if (file && value) { this.show(value); return; }
    this.zone.clear();
    this.typed.value = value ?? "";
  }
}

/** A built-in movement, or a file in its place. */
class PoseField extends FileField {
  open() {
    super.open();
    this.inputs = [...this.root.querySelectorAll('input[type="radio"]')];
    for (const one of this.inputs) one.addEventListener("change", () => { if (this.zone.view || this.zone.pending) this.zone.clear(); this.edited(); });
    this.zone.changed = (arrived) => {
      if (this.zone.view) for (const one of this.inputs) one.checked = false;
      else if (!this.inputs.some((one) => one.checked)) this.inputs[0].checked = true;
      this.changed(arrived);
    };
  }
  read() { return this.zone.value || (this.inputs.find((one) => one.checked)?.value ?? ""); }
  write(value) {
    const found = this.inputs.find((one) => one.value === (value ?? ""));
    if (!found) { this.show(value); return; }
    this.zone.clear();
    found.checked = true;
  }
}

/** A list that takes a value which it does not offer, such as another language. */
class SelectField extends Field {
  write(value) {
    const text = String(value ?? "");
    if (text && ![...this.input.options].some((one) => one.value === text)) this.input.append(el("option", { value: text }, text));
    this.input.value = text;
  }
}

class VoiceField extends SelectField {
  open() {
    super.open();
    this.button = this.root.querySelector("[data-try-voice]");
    this.button.addEventListener("click", () => this.root.dispatchEvent(new CustomEvent("try-voice", { bubbles: true, detail: this })));
  }
}

/** A text that is sent as a file: uploaded when it is asked for. The reader has made rows or points, and no file. */
class WrittenField extends Field {
  open() {
    this.editor = this.made();
    this.turn = 0; // a text that comes late replaces nothing that was written or brought meanwhile
    this.pending = null;
    this.left(() => this.fault());
  }
  edited() {
    this.begin();
    super.edited();
  }
  begin() {
    this.pending = null;
    this.named = null;
    this.failure = null;
    this.turn += 1;
    return this.turn;
  }
  async settled() {
    if (!this.pending) return null;
    while (this.pending) await this.pending.catch(() => null);
    return this.failure;
  }
  async file(text) {
    if (this.sent?.text !== text) this.sent = { text, view: await this.upload(text) };
    return this.sent.view.value;
  }
  async upload(text) {
    try {
      return await upload(new Blob([`${text}\n`], { type: "text/plain" }), this.name, { kinds: ["text"] });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      throw new ApiError(this.worded(error.message), this.root.dataset.field, error.status);
    }
  }
  /** A message of the studio about a line of the file, in words about the row that it was made of. */
  worded(message) {
    const found = /line ([0-9]+): ([^]+)$/.exec(message);
    return found ? t(this.rowText, { row: this.editor.row(Number(found[1])), what: found[2] }) : message;
  }
  /** What is wrong with what is written, so that it is said before it is sent; null: nothing. */
  fault() {
    const [sentence, input] = this.editor.fault() ?? [null, null];
    this.faulty = input;
    return sentence;
  }
  focus() { if (this.faulty) this.faulty.focus(); else super.focus(); }
  wrong(message) {
    if (message) this.sent = null; // such as that the file of it is gone
    for (const one of this.root.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
    super.wrong(message && this.worded(message));
    if (!message || !this.faulty) return;
    this.root.querySelector("[aria-invalid]")?.removeAttribute("aria-invalid");
    this.faulty.setAttribute("aria-invalid", "true");
  }
  read() { return this.editor.value ? "text:" : ""; }
  clear() {
    this.begin();
    this.editor.write("");
  }
  async write(value) {
    if (!value) { this.clear(); return; }
    const turn = this.begin();
    this.named = String(value);
    this.pending = this.content(this.named.replace("file:", ""));
    try {
      const text = await this.pending;
      if (turn === this.turn) this.restore(text);
    } catch (error) {
      if (turn !== this.turn) return;
      const { named } = this;
      this.begin();
      if (error.status !== 404) this.named = named; // also where the page is being left, which ends what it asks for
      this.failure = error.message;
      this.wrong(error.message);
    }
  }
  async content(id) {
    const answer = await fetch(`/api/v1/files/${id}/content`).catch(() => { throw new ApiError(t("error.away")); });
    if (!answer.ok) throw answer.status === 404 ? new ApiError(t("file_gone"), null, 404) : await failure(answer);
    return answer.text();
  }
  draft() { return this.editor.value; }
  restore(text) {
    this.begin();
    this.editor.write(text);
    this.changed(true);
  }
}

class TrackField extends WrittenField {
  rowText = "track.line";
  name = t("track.file");
  made() { return new Track(this.root.querySelector("[data-track]"), () => this.edited()); }
}

class ScriptField extends WrittenField {
  rowText = "script.row";
  name = t("script.file");
  made() { return new Script(this.root.querySelector("[data-script]"), () => this.edited()); }
}

const KINDS = {
  area: Field, line: Field, number: NumberField, seed: SeedField, slider: SliderField, switch: SwitchField, select: SelectField,
  chips: ChipsField, boxes: BoxesField, texts: TextsField, file: FileField, file_or_text: FileOrTextField, pose: PoseField,
  language: SelectField, voice: VoiceField, track: TrackField, script: ScriptField,
};

/** The fields of a form by name, from its `data-field` elements and what the server says of them. */
export function fieldsOf(form, specs, changed) {
  const found = {};
  for (const root of form.querySelectorAll("[data-field]")) {
    const spec = specs[root.dataset.field];
    if (spec) found[root.dataset.field] = new KINDS[spec.kind](root, spec, changed);
  }
  return found;
}
