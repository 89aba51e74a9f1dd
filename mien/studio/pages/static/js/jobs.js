// The jobs that wait and run: kept up to date by server-sent events, shown as a list that can be changed.

import { api, el, icon, number, span, t, toast } from "./frame.js";
import { stageName } from "./sentences.js";

const KINDS = ["queued", "started", "progress", "preview", "ended", "changed", "queue"];
const RETRY_SECONDS = [1, 2, 4, 8, 15];

const ENDED = ["done", "failed", "cancelled"];
const ended = new Map();

/**
 * What is known of a job. Answers and events come in any order, so a view may be older than that of the job's end: a
 * job that has ended neither waits nor runs again.
 */
export function newest(job) {
  if (ENDED.includes(job.state)) ended.set(job.id, job);
  return ended.get(job.id) ?? job;
}

/**
 * Follows the studio's events. `job(view)` for each change of a job, `queue(view)` for the queue's, `state(text)`;
 * `again()` as soon as events come: what happened before is to be asked for.
 */
export class Feed {
  constructor({ job, queue, again, state }) {
    Object.assign(this, { job, queue, again, state, failures: 0 });
    this.seen = () => (document.hidden ? this.rest() : this.open());
    document.addEventListener("visibilitychange", this.seen);
    this.seen();
  }

  /** Hear nothing while nobody looks: a browser opens six connections to a studio, which hidden tabs would take up. */
  rest() {
    clearTimeout(this.later);
    this.source?.close();
  }

  open() {
    this.rest();
    this.source = new EventSource("/api/v1/events");
    this.source.addEventListener("open", () => {
      this.failures = 0;
      this.state("");
    });
    this.source.addEventListener("error", () => this.failed());
    for (const kind of KINDS) this.source.addEventListener(kind, (event) => this.told(JSON.parse(event.data)));
  }

  told({ job, queue, missed }) {
    if (job) this.job(job);
    if (queue) this.queue(queue);
    if (missed !== undefined) this.again(); // only the first event of a connection has it
  }

  failed() {
    this.failures += 1;
    if (this.failures > 1) this.state(t("reconnecting"));
    if (this.source.readyState !== EventSource.CLOSED) return;
    // the browser gives up after an answer that is an error, such as 429: try again later
    this.later = setTimeout(() => this.open(), 1000 * RETRY_SECONDS[Math.min(this.failures, RETRY_SECONDS.length) - 1]);
  }

  close() {
    document.removeEventListener("visibilitychange", this.seen);
    this.rest();
  }
}

/** What a job's state is, as a short text. */
export function stateText(job) {
  if (job.cancelling && job.state === "running") return t("state.cancelling");
  if (job.state === "waiting" && job.position) {
    const rest = job.expected_seconds ? ` · ${t("about", { time: span(job.expected_seconds) })}` : "";
    const place = "users" in document.documentElement.dataset ? "state.place_all" : "state.place";
    return t(place, { number: number(job.position.number), of: number(job.position.of) }) + rest;
  }
  if (job.state === "running" && job.progress?.stage) return stageName(job.progress.stage);
  return t(`state.${job.state}`);
}

export class Queue {
  constructor(root, { chosen, seen }) {
    this.root = root;
    this.chosen = chosen;
    this.seen = seen; // (job): it was read anew
    this.jobs = new Map();
    this.rows = new Map(); // by job: the row as it is drawn, and what of it cannot be changed in place
    this.turn = 0; // of several answers only that to the newest question counts
    this.find = (id) => document.getElementById(id);
    this.find("pause")?.addEventListener("click", () => this.pause());
    this.find("cancel-all").addEventListener("click", () => this.cancelAll());
    this.load();
  }

  async load() {
    const turn = ++this.turn;
    try {
      const found = await api("/api/v1/queue");
      if (turn !== this.turn) return;
      const open = found.jobs.filter((job) => newest(job) === job);
      this.jobs = new Map(open.map((job) => [job.id, job]));
      open.forEach(this.seen);
      this.draw();
      this.state(found);
    } catch (error) {
      if (turn === this.turn) this.connection(error.message);
    }
  }

  /** Places change with every other job, so they are asked for again, at most every half second. */
  loadSoon() {
    this.waiting ??= setTimeout(() => { this.waiting = null; this.load(); }, 500);
  }

  connection(text) {
    const place = this.find("connection");
    place.textContent = text;
    place.hidden = !text;
  }

  state({ waiting, running, paused, workers, no_space }) {
    this.paused = paused;
    this.find("no-worker").hidden = workers !== 0 || !(waiting + running);
    this.find("no-space").hidden = !no_space;
    this.find("paused").hidden = !paused;
    const button = this.find("pause");
    if (button) {
      button.setAttribute("aria-pressed", String(paused));
      button.querySelector("span").textContent = t(paused ? "resume" : "pause");
      button.querySelector("use").setAttribute("href", paused ? "#icon-play" : "#icon-pause");
    }
    this.everyone = { waiting: number(waiting), running: number(running) };
    this.count();
  }

  /** The badge counts what the list shows, one's own jobs; its title says how many there are of everyone. */
  count() {
    const count = this.find("queue-count");
    count.hidden = !this.jobs.size;
    count.textContent = number(this.jobs.size);
    if (this.everyone) count.title = t("queue_count", this.everyone);
  }

  take(view) {
    const job = newest(view);
    if (ENDED.includes(job.state)) this.jobs.delete(job.id);
    else this.jobs.set(job.id, job);
    this.draw();
  }

  order() {
    const place = (job) => (job.state === "running" ? 0 : job.position?.number ?? 1e9);
    return [...this.jobs.values()].sort((one, other) => place(one) - place(other));
  }

  draw() {
    const jobs = this.order();
    const waiting = jobs.filter((job) => job.state === "waiting");
    const focused = document.activeElement?.closest("[data-job]")?.dataset.job;
    const action = document.activeElement?.dataset?.action;
    const rows = jobs.map((job) => this.row(job, waiting));
    const list = this.find("jobs");
    // a button that is replaced while it is pressed would lose the click
    if (rows.length !== list.children.length || rows.some((row, place) => row !== list.children[place])) list.replaceChildren(...rows);
    for (const id of this.rows.keys()) if (!this.jobs.has(id)) this.rows.delete(id);
    this.find("queue-empty").hidden = jobs.length > 0;
    this.count();
    this.find("cancel-all").hidden = jobs.length < 2;
    if (focused && action) this.find("jobs").querySelector(`[data-job="${focused}"] [data-action="${action}"]`)?.focus();
  }

  /** The row of a job: the one that is there, unless its buttons are to be others. */
  row(job, waiting) {
    const place = waiting.indexOf(job);
    const key = [job.state, job.cancelling, place === 0, place === waiting.length - 1, waiting.length > 1].join(" ");
    let known = this.rows.get(job.id);
    if (known?.key !== key) {
      known = { key, row: this.made(job, waiting, place) };
      this.rows.set(job.id, known);
    }
    this.update(known.row, job);
    return known.row;
  }

  made(job, waiting, place) {
    const act = (action, name, body) => el("button", {
      class: "button icon quiet", type: "button", "data-action": action, title: t(action), "aria-label": t(`${action}_of`, { title: job.title }),
      disabled: (action === "up" && place === 0) || (action === "down" && place === waiting.length - 1) || (action === "cancel_job" && job.cancelling),
      onclick: (event) => this.act(job, name, body, event.currentTarget),
    }, icon({ up: "up", down: "down", cancel_job: "close" }[action]));
    const name = el("button", { class: "title", type: "button", "data-action": "show", onclick: () => this.chosen(job) }, icon(job.system), el("span", {}, job.title || t(`maker.${job.system}`)));
    const bar = job.state === "running" ? el("progress", { max: 1, "aria-label": job.title }) : null;
    return el("li", { "data-job": job.id, class: job.state }, name,
      el("div", { class: "row acts" }, job.state === "waiting" && waiting.length > 1 ? [act("up", "move", { to: "up" }), act("down", "move", { to: "down" })] : null, act("cancel_job", "cancel")),
      el("span", { class: "soft small state" }), bar);
  }

  update(row, job) {
    const bar = row.querySelector("progress");
    row.querySelector(".state").textContent = stateText(job);
    if (!bar) return;
    if (job.progress?.fraction === null || job.progress?.fraction === undefined) bar.removeAttribute("value");
    else bar.value = job.progress.fraction;
  }

  async act(job, name, body, pressed) {
    if ("busy" in pressed.dataset) return; // pressed twice it means it once
    pressed.dataset.busy = "";
    try {
      this.take(await api(`/api/v1/jobs/${job.id}/${name}`, { method: "POST", body }));
    } catch (error) {
      toast(error.message);
    } finally {
      delete pressed.dataset.busy;
      this.loadSoon();
    }
  }

  async pause() {
    const button = this.find("pause");
    button.disabled = true; // pressed twice it would do the same twice: the first answer says which one is next
    try {
      this.state(await api(`/api/v1/queue/${this.paused ? "resume" : "pause"}`, { method: "POST" }));
    } catch (error) {
      toast(error.message);
    } finally {
      button.disabled = false;
    }
  }

  async cancelAll() {
    if (!window.confirm(t("cancel_all_sure", { n: this.jobs.size }))) return;
    try {
      await api("/api/v1/queue/cancel", { method: "POST" });
      this.load();
    } catch (error) {
      toast(error.message);
    }
  }
}
