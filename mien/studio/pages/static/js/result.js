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
    const same = this.job?.id === job.id && this.job.state === job.state && this.job.starred === job.starred && this.job.cancelling === job.cancelling;
    const before = this.job;
    this.job = job;
    if (same && job.state === "running" && this.update()) return;
    if (same && job.state === "done") return;
    const head = el("div", { class: "row between result-head" },
      el("div", { class: "what" }, el("h3", {}, job.title || t(`maker.${job.system}`)), el("p", { class: "soft small", "data-state": "" }, this.state())),
      el("span", { class: `badge ${{ done: "good", failed: "bad", running: "on" }[job.state] ?? ""}` }, t(`state.${job.state}`)));
    this.place.replaceChildren(head, ...this[job.state](job).filter(Boolean));
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

  waiting(job) {
    const why = job.reason ? el("p", { class: "notice warn small" }, sentence(job.reason)) : null;
    return [why, el("p", { class: "soft small" }, t("goes_on")), this.acts([this.button("cancel_job", "close", () => this.act("cancel"))])];
  }

  running(job) {
    const preview = el("img", { class: "played preview", alt: t("preview"), hidden: true });
    const bar = el("progress", { max: 1, "aria-label": t("progress") });
    const stage = el("p", { class: "row between small" }, el("b", { "data-stage": "" }), el("span", { class: "soft", "data-count": "" }));
    this.parts = { preview, bar, stage: stage.querySelector("[data-stage]"), count: stage.querySelector("[data-count]") };
    setTimeout(() => this.update(), 0);
    const cancel = this.button(job.cancelling ? "state.cancelling" : "cancel_job", "close", () => this.act("cancel"));
    cancel.disabled = job.cancelling;
    return [el("div", { class: "stage" }, preview, bar, stage), this.acts([cancel])];
  }

  update() {
    const { progress, preview } = this.job;
    if (!this.parts || !this.place.contains(this.parts.bar)) return false;
    if (progress?.fraction !== null && progress?.fraction !== undefined) this.parts.bar.value = progress.fraction;
    else this.parts.bar.removeAttribute("value");
    this.parts.stage.textContent = progress?.stage ? stageName(progress.stage) : t("starting");
    // no rate before there is one: "0.0 frames/s" says nothing
    const rate = progress?.rate > 0.05 ? t("rate", { rate: number(progress.rate, progress.rate < 10 ? 1 : 0), unit: progress.unit === "frames" ? t("unit.frames") : progress.unit }) : "";
    this.parts.count.textContent = [fractionText(progress), rate].filter(Boolean).join(" · ");
    this.place.querySelector("[data-state]").textContent = this.state();
    if (preview && this.parts.preview.getAttribute("src") !== preview) {
      const next = new Image();
      next.addEventListener("load", () => { this.parts.preview.src = preview; this.parts.preview.hidden = false; });
      next.src = preview;
    }
    return true;
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
        this.button("redo", "redo", () => this.act("redo")),
        this.button("again", "open", () => this.fill(job.system, job.request, job.output)),
        this.button("curl", "copy", () => copy(curl(job.system, { ...job.request, output: job.output }))),
        this.button(job.starred ? "unstar" : "star", "star", () => this.act(job.starred ? "unstar" : "star"), job.starred),
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
    return [el("p", { class: "notice bad" }, sentence(job.reason) || t("failed")), this.acts([this.button("retry", "redo", () => this.act("retry")), this.button("again", "open", () => this.fill(job.system, job.request, job.output))])];
  }

  cancelled(job) {
    return [el("p", { class: "notice" }, t("cancelled")), this.acts([this.button("retry", "redo", () => this.act("retry")), this.button("again", "open", () => this.fill(job.system, job.request, job.output))])];
  }

  acts(buttons) {
    return el("div", { class: "row acts" }, buttons);
  }

  button(key, name, act, pressed = null) {
    return el("button", { class: "button small", type: "button", onclick: act, "aria-pressed": pressed === null ? null : String(pressed) }, icon(name), t(key));
  }

  useText({ maker, field }) {
    const key = `use.${maker}.${field}`;
    const text = t(key);
    return text === key ? `${t(`maker.${maker}`)}: ${field}` : text;
  }

  async act(name) {
    const of = this.job.id;
    try {
      const job = await api(`/api/v1/jobs/${of}/${name}`, { method: "POST" });
      if (job.id !== of) this.taken(job);
      else if (of === this.job.id) this.show(job); // and no other one is shown by now
    } catch (error) {
      toast(error.message);
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
