// One result: what can be done with it, and its progress while it is made.

import { ApiError, api, copy, number, showTimes, span, t, toast } from "./frame.js";
import { Feed, newest } from "./jobs.js";
import { openFilled } from "./request.js";
import { sentence, stageName } from "./sentences.js";

const root = () => document.getElementById("job");
const id = root().dataset.job;
const said = document.getElementById("job-said");
const OPEN = ["waiting", "running"];

function complain(error) {
  if (!(error instanceof ApiError)) throw error;
  toast(sentence(error.message));
}

const AFTER = {
  star: () => location.reload(),
  unstar: () => location.reload(),
  restore: () => location.reload(),
  cancel: () => {
    document.querySelector("[data-do=cancel]").disabled = true;
    document.querySelector("[data-stage]").textContent = t("state.cancelling");
  },
  delete: () => location.assign("/history"),
  retry: (job) => location.assign(`/jobs/${job.id}`),
  redo: (job) => location.assign(`/jobs/${job.id}`),
};

async function act(button) {
  button.disabled = true;
  try {
    const job = await api(`/api/v1/jobs/${id}/${button.dataset.do}`, {
      method: "POST",
      body: button.dataset.do === "redo" ? {} : null,
    });
    AFTER[button.dataset.do](job ?? { id });
  } catch (error) {
    button.disabled = false;
    complain(error);
  }
}

async function again(button) {
  button.disabled = true;
  try {
    const job = await api(`/api/v1/jobs/${id}`);
    openFilled(job.system, job.request, job.output);
  } catch (error) {
    button.disabled = false;
    complain(error);
  }
}

async function use(button) {
  button.disabled = true;
  try {
    const found = await api(`/api/v1/jobs/${id}/use`, { method: "POST", body: { as: button.dataset.use } });
    openFilled(found.maker, found.values, null, true);
  } catch (error) {
    button.disabled = false;
    complain(error);
  }
}

document.getElementById("main").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.do) act(button);
  else if (button.dataset.use) use(button);
  else if (button.hasAttribute("data-again")) again(button);
  else if (button.dataset.copy) copy(document.getElementById(button.dataset.copy).textContent);
});

document.querySelector("model-viewer")?.addEventListener("error", () => toast(t("job.viewer")));

function showProgress(job) {
  const stage = document.querySelector("[data-stage]");
  const bar = document.querySelector("[data-progress]");
  const left = document.querySelector("[data-left]");
  if (!stage) return;
  const known = job.progress;
  document.querySelector("[data-do=cancel]")?.toggleAttribute("disabled", Boolean(job.cancelling));
  if (job.cancelling) stage.textContent = t("state.cancelling");
  else if (job.state === "waiting") stage.textContent = t("state.waiting");
  else stage.textContent = known?.stage ? stageName(known.stage) : t("starting");
  if (known?.fraction > 0) bar.value = known.fraction;
  else bar.removeAttribute("value");
  const parts = [];
  if (job.state === "waiting" && job.position) parts.push(t("job.place", { n: number(job.position.number), of: number(job.position.of) }));
  if (known?.total > 0) {
    const values = { done: number(known.done), total: number(known.total), unit: known.unit.startsWith("frame") ? t("unit.frames") : known.unit };
    parts.push(known.rate > 0.05 ? t("job.rate", { ...values, rate: number(known.rate, 1) }) : t("job.done.of", values));
  }
  if (job.expected_seconds > 0) {
    parts.push(t(job.state === "waiting" ? "job.expected" : "job.left", { span: span(job.expected_seconds) }));
  }
  left.textContent = parts.join(" · ");
  const picture = document.querySelector("[data-preview]");
  if (job.preview && picture) {
    picture.src = job.preview;
    picture.hidden = false;
  }
}

/** Shows what goes on until the job has ended, which is another page. */
function follow() {
  const heard = (view) => {
    if (view.id !== id) return;
    const job = newest(view);
    if (OPEN.includes(job.state)) showProgress(job);
    else {
      feed.close();
      location.reload();
    }
  };
  const look = () => api(`/api/v1/jobs/${id}`).then(heard, complain);
  const feed = new Feed({
    job: heard,
    queue: () => {},
    again: look,
    state: (text) => { said.textContent = text && t("job.lost"); },
  });
}

if (OPEN.includes(root().dataset.state)) follow();
showTimes(root());

document.getElementById("job-body").inert = false;
