// The feelings over time as a curve: points are dragged or moved by the arrow keys, and written as text beside it.

import { el, number, t } from "./frame.js";
import { linesOf, shown, timed } from "./timeline.js";

const WORDS = { ANG: "angry", DIS: "disgusted", FEA: "afraid", HAP: "happy", NEU: "neutral", SAD: "sad" };
const MORE_WORDS = { anger: "ANG", disgust: "DIS", fear: "FEA", happiness: "HAP", sadness: "SAD" };
const CODES = { ...MORE_WORDS, ...Object.fromEntries(Object.entries(WORDS).flatMap(([code, word]) => [[word, code], [code.toLowerCase(), code]])) };
const BOX = { left: 40, right: 590, top: 12, bottom: 160 };
const MOST_POINTS = 200;
const USUAL = 0.67; // as `mien talk` has it where no intensity is given

const svg = (name, attributes = {}, ...children) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};
const rounded = (value, digits) => Number(value.toFixed(digits));
// so that feelings which add up to 1 do so after rounding, too
const down = (value) => Math.floor(value * 100 + 1e-6) / 100;

/** A line `time: feeling intensity, …` as a point; or what is wrong with it, as a key of the catalogue and its values. */
function pointOf(line, earlier) {
  if (/^\s*-/.test(line)) return ["negative", {}];
  const found = timed(line);
  if (!found) return [/^\s*:/.test(line) ? "empty" : "line", {}];
  if (earlier && found.time <= earlier.time) return ["order", { time: shown(found.time), before: shown(earlier.time) }];
  const weights = {};
  for (const part of found.rest.split(",")) {
    const [word, amount, ...more] = part.trim().replace("=", " ").split(/\s+/);
    const code = CODES[word?.toLowerCase()];
    if (!code) return ["feeling", { word, known: Object.values(WORDS).join(", ") }];
    if (more.length || code in weights) return ["line", {}];
    if (amount !== undefined && !(Number(amount) >= 0 && Number(amount) <= 1)) return ["amount", { amount }];
    weights[code] = amount !== undefined ? Number(amount) : code === "NEU" ? 0 : USUAL;
  }
  if (Object.values(weights).reduce((sum, one) => sum + one, 0) > 1 + 1e-6) return ["sum", {}];
  delete weights.NEU;
  return { time: found.time, weights };
}

/** The points of a text of lines `time: feeling intensity, …`, or `fault`: what is wrong with one, as a sentence. */
export function parsed(text) {
  const points = [];
  for (const line of linesOf(text)) {
    const point = pointOf(line.text, points.at(-1));
    if (Array.isArray(point)) return { points: null, fault: t(`track.fault.${point[0]}`, { ...point[1], line: line.n }) };
    points.push(point);
  }
  return { points, fault: null };
}

export function written(points) {
  return points.map(({ time, weights }) => {
    const parts = Object.entries(weights).filter(([, amount]) => amount >= 0.005).map(([code, amount]) => `${WORDS[code]} ${rounded(amount, 2)}`);
    return `${rounded(time, 2)}: ${parts.join(", ") || "neutral"}`;
  }).join("\n");
}

export class Track {
  constructor(root, changed) {
    this.root = root;
    this.changed = changed;
    this.points = [];
    this.text = root.querySelector("textarea");
    this.curve = root.querySelector("[data-curve]");
    this.said = root.querySelector("[data-said]");
    this.emotion = root.querySelector("[data-emotion]");
    this.length = root.querySelector("[data-seconds]");
    this.text.addEventListener("input", () => {
      this.points = this.read() ?? this.points;
      this.draw();
      this.changed();
    });
    this.emotion.addEventListener("change", () => this.draw());
    this.length.addEventListener("input", () => this.draw());
    root.querySelector("[data-clear]").addEventListener("click", () => { this.points = []; this.told(); });
    this.curve.addEventListener("pointerdown", (event) => this.pressed(event));
    this.curve.addEventListener("keydown", (event) => this.key(event));
    this.draw();
  }

  /** The points of the text; null where it cannot be read: the curve is then an earlier one, and looks so. */
  read() {
    const { points, fault } = parsed(this.text.value);
    this.curve.classList.toggle("stale", Boolean(fault));
    this.said.textContent = fault ? t("track.stale") : "";
    return points;
  }

  /** What is wrong with the text: a sentence and the input that it is about, or null. */
  fault() {
    const { fault } = parsed(this.text.value);
    return fault && [fault, this.text];
  }

  /** A line of the text that is sent, as the reader counts them. */
  row(line) { return line; }

  get seconds() {
    return Math.max(Number(this.length.value) || 6, this.points.at(-1)?.time ?? 0, 1);
  }

  x(time) { return BOX.left + (time / this.seconds) * (BOX.right - BOX.left); }
  y(amount) { return BOX.bottom - amount * (BOX.bottom - BOX.top); }

  at(event) {
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.curve.getScreenCTM().inverse());
    const time = ((place.x - BOX.left) / (BOX.right - BOX.left)) * this.seconds;
    return { time: Math.min(Math.max(time, 0), this.seconds), amount: Math.min(Math.max((BOX.bottom - place.y) / (BOX.bottom - BOX.top), 0), 1) };
  }

  /** The weights between the points. */
  between(time) {
    const after = this.points.findIndex((one) => one.time >= time);
    if (after <= 0) return { ...(this.points[after === 0 ? 0 : this.points.length - 1]?.weights ?? {}) };
    const [one, other] = [this.points[after - 1], this.points[after]];
    const part = (time - one.time) / Math.max(other.time - one.time, 1e-9);
    const codes = new Set([...Object.keys(one.weights), ...Object.keys(other.weights)]);
    return Object.fromEntries([...codes].map((code) => [code, down((one.weights[code] ?? 0) * (1 - part) + (other.weights[code] ?? 0) * part)]));
  }

  add(time, amount) {
    if (this.points.length >= MOST_POINTS) return -1;
    const point = { time: rounded(time, 2), weights: this.between(time) };
    this.points.push(point);
    this.points.sort((one, other) => one.time - other.time);
    this.put(this.points.indexOf(point), point.time, amount);
    return this.points.indexOf(point);
  }

  /** Move a point between its neighbours; all feelings together are at most 1. */
  put(index, time, amount) {
    const point = this.points[index];
    const least = index > 0 ? this.points[index - 1].time + 0.01 : 0;
    const most = index + 1 < this.points.length ? this.points[index + 1].time - 0.01 : this.seconds;
    point.time = rounded(Math.min(Math.max(time, least), Math.max(most, least)), 2);
    const others = Object.entries(point.weights).filter(([code]) => code !== this.emotion.value).reduce((sum, [, one]) => sum + one, 0);
    const room = rounded(Math.max(1 - others, 0), 2);
    point.weights[this.emotion.value] = rounded(Math.min(Math.max(amount, 0), room), 2);
    this.full = amount > room + 1e-6 && others > 0;
  }

  /** Say where a point is, and why it goes no higher. */
  tell(point) {
    const most = Math.round(100 * (point.weights[this.emotion.value] ?? 0));
    this.said.textContent = this.full ? t("track.full", { feeling: this.label(), most }) : this.name(point);
  }

  pressed(event) {
    event.preventDefault();
    const place = this.at(event);
    const handle = event.target.closest("[data-point]");
    const index = handle ? Number(handle.dataset.point) : this.add(place.time, place.amount);
    if (index < 0) return;
    this.curve.setPointerCapture(event.pointerId);
    const move = (moved) => { const to = this.at(moved); this.put(index, to.time, to.amount); this.told(); this.tell(this.points[index]); };
    const end = () => {
      this.curve.removeEventListener("pointermove", move);
      this.curve.querySelector(`[data-point="${index}"]`)?.focus();
    };
    this.curve.addEventListener("pointermove", move);
    this.curve.addEventListener("pointerup", end, { once: true });
    this.curve.addEventListener("pointercancel", end, { once: true });
    this.told();
    this.tell(this.points[index]);
  }

  key(event) {
    const index = Number(event.target.dataset?.point ?? -1);
    const steps = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.05], ArrowDown: [0, -0.05] };
    let focus = index;
    this.full = false;
    if (event.key === "Enter") {
      const time = index < 0 ? 0 : Math.min(this.points[index].time + 1, this.seconds);
      focus = this.add(time, this.between(time)[this.emotion.value] ?? 0.5);
    } else if (index < 0) return;
    else if (event.key in steps) {
      const [time, amount] = steps[event.key];
      const point = this.points[index];
      this.put(index, point.time + time, (point.weights[this.emotion.value] ?? 0) + amount);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      this.points.splice(index, 1);
      focus = Math.min(index, this.points.length - 1);
    } else return;
    event.preventDefault();
    this.told();
    (this.curve.querySelector(`[data-point="${focus}"]`) ?? this.curve).focus();
    const point = this.points[focus];
    if (point) this.tell(point);
  }

  name(point) {
    return t("track.point", { time: number(point.time, 1), feeling: this.label(), amount: Math.round(100 * (point.weights[this.emotion.value] ?? 0)) });
  }

  label(code = this.emotion.value) {
    return this.emotion.querySelector(`option[value="${code}"]`)?.textContent ?? code;
  }

  told() {
    this.text.value = written(this.points);
    this.read();
    this.draw();
    this.changed();
  }

  draw() {
    const chosen = this.emotion.value;
    const parts = [0, 0.5, 1].flatMap((amount) => [
      svg("line", { class: "grid", x1: BOX.left, x2: BOX.right, y1: this.y(amount), y2: this.y(amount) }),
      svg("text", { x: BOX.left - 6, y: this.y(amount) + 4, "text-anchor": "end" }, `${Math.round(amount * 100)}%`),
    ]);
    const step = [0.5, 1, 2, 5, 10, 30, 60, 120].find((one) => this.seconds / one <= 10) ?? 300;
    for (let time = 0; time <= this.seconds + 1e-6; time += step) {
      parts.push(svg("line", { class: "grid", x1: this.x(time), x2: this.x(time), y1: BOX.top, y2: BOX.bottom }),
        svg("text", { x: this.x(time), y: BOX.bottom + 18, "text-anchor": "middle" }, t("span.s", { s: number(time, step < 1 ? 1 : 0) })));
    }
    const codes = new Set([...this.points.flatMap((one) => Object.keys(one.weights)), chosen]);
    for (const code of codes) {
      const amount = (point) => point.weights[code] ?? 0;
      if (!this.points.some(amount) && code !== chosen) continue;
      const ends = this.points.length ? [{ time: 0, weights: this.points[0].weights }, ...this.points, { time: this.seconds, weights: this.points.at(-1).weights }] : [];
      const line = ends.map((one) => `${this.x(one.time).toFixed(1)},${this.y(amount(one)).toFixed(1)}`).join(" ");
      parts.push(svg("polyline", { class: `line feeling-${code}${code === chosen ? " chosen" : ""}`, points: line }));
    }
    if (!this.points.length) parts.push(svg("text", { class: "hint", x: (BOX.left + BOX.right) / 2, y: 92, "text-anchor": "middle" }, t("track.hint")));
    this.points.forEach((point, index) => parts.push(svg("circle", {
      "data-point": index, tabindex: 0, role: "slider", r: 8, class: `feeling-${chosen}`, cx: this.x(point.time), cy: this.y(point.weights[chosen] ?? 0),
      "aria-label": t("track.handle", { n: index + 1 }), "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": Math.round(100 * (point.weights[chosen] ?? 0)), "aria-valuetext": this.name(point),
    })));
    this.curve.setAttribute("tabindex", this.points.length ? -1 : 0);
    this.curve.replaceChildren(...parts);
  }

  get value() { return this.text.value.trim(); }

  write(text) {
    this.text.value = text;
    this.points = this.read() ?? [];
    this.draw();
  }
}
