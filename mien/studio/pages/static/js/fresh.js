// Results that come while the history is open: the page says how many, and shows them when it is asked to.

import { api, t } from "./frame.js";
import { Feed } from "./jobs.js";

const SOON_MS = 500;
const SHOWN = 24; // as EACH in mien/studio/pages/history_pages.py

/** Follow what is made, beside the results that `form` has asked for. */
export function follow(form) {
  const button = document.querySelector("[data-fresh]");
  if (!button) return; // the bin, and starred results: nothing comes into them by itself
  let turn = 0;
  let waiting = null;

  const tile = (id) => document.querySelector(`.tile[data-job="${CSS.escape(id)}"]`);
  /** Whether the page shows a job as one that has a result. */
  const shown = (job) => tile(job.id) !== null && tile(job.id).querySelector(".tile-picture .badge") === null;

  async function look() {
    const of = ++turn;
    const given = new FormData(form);
    const asked = new URLSearchParams({ most: SHOWN, q: given.get("words") });
    for (const name of ["system", "state", "day", "zone"]) if (given.get(name)) asked.set(name, given.get(name));
    const found = await api(`/api/v1/jobs?${asked}`).catch(() => null); // it is asked again with the next event
    if (of !== turn || !found) return;
    const n = found.jobs.filter((job) => job.state === "done" && !shown(job)).length;
    button.hidden = n === 0;
    button.textContent = n ? t("history.fresh", { n }) : "";
  }

  const soon = () => {
    waiting ??= setTimeout(() => {
      waiting = null;
      look();
    }, SOON_MS);
  };

  function changed(job) {
    const badge = tile(job.id)?.querySelector(".tile-picture .badge");
    if (badge) badge.textContent = t(`state.${job.state}`);
    if (job.state === "done" && !shown(job)) soon();
  }

  button.addEventListener("click", () => window.htmx.trigger(form, "fresh"));
  // other results are shown: what is new beside them
  document.body.addEventListener("htmx:afterSettle", () => {
    turn += 1;
    if (!button.hidden) soon();
  });
  new Feed({ job: changed, queue: () => {}, again: soon, state: () => {} });
}
