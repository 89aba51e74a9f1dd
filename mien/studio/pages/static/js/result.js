// The job that the page shows: its place, its progress, its result, and what can be done with it.

import { api, copy, el, icon, knows, number, size, span, t, toast } from "./frame.js";
import { newest, stateText } from "./jobs.js";
import { player } from "./player.js";
import { curl, openFilled } from "./request.js";
import { sentence, stageName } from "./sentences.js";

const fractionText = (progress) => {
  if (!progress?.total) return "";
  const unit = progress.unit === "frames" || progress.unit === "frame" ? t("unit.frames") : progress.unit;
  return t("count", { done: number(progress.done), total: number(progress.total), unit });
};

const OPEN = ["waiting", "running"];

export class Result {
  constructor(place, said, { fill, taken }) {
    this.place = place;
    this.said = said;
    this.fill = fill; // (maker, values, output): shows a request in the form
    this.taken = taken; // (job): a job that an action has made
    this.job = null;
    this.empty();
  }

  empty() {
    this.place.replaceChildren(el("div", { class: "empty stack" }, icon("mien"), el("p", {}, t("result_empty")), el("p", { class: "small" }, t("result_hint"))));
  }

  show(view) {
    const job = newest(view);
    const before = this.job;
    this.job = job;
    if (before?.id === job.id && before.state === job.state) {
      // no more: buttons that are replaced while they are pressed would lose the click, and a video its place
      this.update();
      return;
    }
    const head = el("div", { class: "row between result-head" },
      el("div", { class: "what" }, el("h3", {}, job.title || t(`maker.${job.system}`)), el("p", { class: "soft small", "data-state": "" }, this.state())),
      el("span", { class: `badge ${{ done: "good", failed: "bad", running: "on" }[job.state] ?? ""}` }, t(`state.${job.state}`)));
    const kept = before?.id === job.id && OPEN.includes(before.state) && OPEN.includes(job.state) ? this.place.querySelector(".acts") : null;
    const shown = [head, ...this[job.state](job, kept).filter(Boolean)];
    if (kept) {
      for (const one of [...this.place.children]) if (one !== kept) one.remove();
      kept.before(...shown);
    } else this.place.replaceChildren(...shown);
    this.update();
    if (before?.id !== job.id || before?.state !== job.state) this.said.textContent = t(`said.${job.state}`, { title: job.title });
  }

  state() {
    const job = this.job;
    if (job.state === "waiting" || job.cancelling) return stateText(job);
    if (job.state === "running") {
      // before the first frame, any estimate would be a guess
      return job.progress?.fraction > 0 && job.expected_seconds ? t("left", { time: span(job.expected_seconds) }) : "";
    }
    const made = job.started && job.ended ? t("took", { time: span(Math.max(this.seconds(job.ended) - this.seconds(job.started), 1)) }) : "";
    const { width, height, seconds } = job.facts ?? {};
    const file = job.files?.file;
    return job.state === "done" ? [width && height ? `${width} × ${height}` : null, seconds ? span(seconds) : null, file ? size(file.bytes) : null, made].filter(Boolean).join(" · ") : "";
  }

  seconds(time) {
    return typeof time === "number" ? time : Date.parse(time) / 1000;
  }

  waiting(job, acts) {
    const why = el("p", { class: "notice warn small", "data-why": "", hidden: true });
    return [why, el("p", { class: "soft small" }, t("goes_on")), acts ? null : this.cancelling()];
  }

  /** The button that cancels a job that waits or runs; it is the same one from its beginning to its end. */
  cancelling() {
    return this.acts([this.button("cancel_job", "close", (event) => this.act("cancel", event))]);
  }

  running(job, acts) {
    const preview = el("img", { class: "played preview", alt: t("preview"), hidden: true });
    const bar = el("progress", { max: 1, "aria-label": t("progress") });
    const stage = el("p", { class: "row between small" }, el("b", { "data-stage": "" }), el("span", { class: "soft", "data-count": "" }));
    this.parts = { preview, bar, stage: stage.querySelector("[data-stage]"), count: stage.querySelector("[data-count]"), asked: 0, come: 0 };
    return [el("div", { class: "stage" }, preview, bar, stage), acts ? null : this.cancelling()];
  }

  /** Show what can change of a job in the state that is shown. */
  update() {
    const { state, cancelling, reason, starred } = this.job;
    if (state === "done") {
      const star = this.place.querySelector("[data-star]");
      star.setAttribute("aria-pressed", String(Boolean(starred)));
      star.lastChild.textContent = t(starred ? "unstar" : "star");
    }
    if (!OPEN.includes(state)) return;
    const cancel = this.place.querySelector(".acts button");
    cancel.disabled = Boolean(cancelling) || this.busy;
    cancel.lastChild.textContent = t(cancelling ? "state.cancelling" : "cancel_job");
    this.place.querySelector("[data-state]").textContent = this.state();
    if (state === "waiting") {
      const why = this.place.querySelector("[data-why]");
      why.hidden = !reason;
      why.textContent = reason ? sentence(reason) : "";
    } else this.advance();
  }

  advance() {
    const { progress, preview } = this.job;
    const parts = this.parts;
    if (progress?.fraction !== null && progress?.fraction !== undefined) parts.bar.value = progress.fraction;
    else parts.bar.removeAttribute("value");
    parts.stage.textContent = progress?.stage ? stageName(progress.stage) : t("starting");
    // no rate before there is one: "0.0 frames/s" says nothing
    const rate = progress?.rate > 0.05 ? t("rate", { rate: number(progress.rate, progress.rate < 10 ? 1 : 0), unit: progress.unit === "frames" ? t("unit.frames") : progress.unit }) : "";
    parts.count.textContent = [fractionText(progress), rate].filter(Boolean).join(" · ");
    if (!preview || parts.wanted === preview) return;
    parts.wanted = preview;
    const next = new Image();
    const turn = ++parts.asked;
    next.addEventListener("load", () => {
      if (turn < parts.come) return; // pictures come in any order
      parts.come = turn;
      parts.preview.src = preview;
      parts.preview.hidden = false;
    });
    next.src = preview;
  }

  done(job) {
    const file = job.files.file;
    const notes = (job.notes ?? []).length ? el("ul", { class: "notes small" }, job.notes.map((one) => el("li", {}, sentence(one)))) : null;
    const others = Object.entries(job.files).filter(([role]) => !["file", "thumb", "clip", "play"].includes(role));
    const uses = (job.uses ?? []).map((use) => el("button", { class: "button small", type: "button", onclick: () => this.use(use) }, icon(use.maker), this.useText(use)));
    return [
      player(job), notes,
      uses.length ? el("div", { class: "uses" }, el("p", { class: "soft small" }, t("use_as")), el("div", { class: "row" }, uses)) : null,
      this.acts([
        file ? el("a", { class: "button main", href: `${file.url}${file.url.includes("?") ? "&" : "?"}download=1`, download: file.name }, icon("download"), t("download")) : null,
        this.button("redo", "redo", (event) => this.act("redo", event)),
        this.button("again", "open", () => this.fill(job.system, job.request, job.output)),
        this.button("curl", "copy", () => copy(curl(job.system, { ...job.request, output: job.output }))),
        el("button", { class: "button small", type: "button", "data-star": "", onclick: (event) => this.act(this.job.starred ? "unstar" : "star", event) }, icon("star"), ""),
      ]),
      others.length ? el("p", { class: "small soft more-files" }, t("more_files"), " ", others.flatMap(([role, one], index) => [index ? " · " : "", el("a", { href: one.url, download: one.name }, `${this.role(role, one)} (${size(one.bytes)})`)])) : null,
      el("p", { class: "small soft model-name" }, t("made_by", { model: sentence(job.model) || "mien" })),
    ];
  }

  role(role, file) {
    const [, kind, number = ""] = /^([a-z]+)(-\d+)?$/.exec(role) ?? ["", role];
    return knows(`role.${kind}`) ? t(`role.${kind}`) + number.replace("-", " ") : `${role}.${file.name.split(".").pop()}`;
  }

  failed(job) {
    return [el("p", { class: "notice bad" }, sentence(job.reason) || t("failed")), this.acts([this.button("retry", "redo", (event) => this.act("retry", event)), this.button("again", "open", () => this.fill(job.system, job.request, job.output))])];
  }

  cancelled(job) {
    return [el("p", { class: "notice" }, t("cancelled")), this.acts([this.button("retry", "redo", (event) => this.act("retry", event)), this.button("again", "open", () => this.fill(job.system, job.request, job.output))])];
  }

  acts(buttons) {
    return el("div", { class: "row acts" }, buttons);
  }

  button(key, name, act) {
    return el("button", { class: "button small", type: "button", onclick: act }, icon(name), t(key));
  }

  useText({ maker, field }) {
    const key = `use.${maker}.${field}`;
    const text = t(key);
    return text === key ? `${t(`maker.${maker}`)}: ${field}` : text;
  }

  /** Do something with the job; the button that was pressed waits for the answer: pressed twice it means it once. */
  async act(name, { currentTarget: pressed }) {
    const of = this.job.id;
    this.busy = true;
    pressed.disabled = true;
    try {
      const job = await api(`/api/v1/jobs/${of}/${name}`, { method: "POST" });
      if (job.id !== of) this.taken(job);
      else if (of === this.job.id) this.show(job); // and no other one is shown by now
    } catch (error) {
      toast(error.message);
    } finally {
      this.busy = false;
      pressed.disabled = false;
      this.update();
    }
  }

  async use({ maker, field }) {
    try {
      const answer = await api(`/api/v1/jobs/${this.job.id}/use`, { method: "POST", body: { as: `${maker}.${field}` } });
      openFilled(maker, answer.values, null, true);
    } catch (error) {
      toast(error.message);
    }
  }
}
