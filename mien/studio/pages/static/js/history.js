// The history: clips that play under the pointer, stars, and actions on several results.

import { ApiError, api, showTimes, t, toast } from "./frame.js";
import { follow } from "./fresh.js";

const MOST_IN_ZIP = 100;
const form = document.getElementById("filters");
const bar = document.getElementById("chosen");
const said = document.getElementById("history-said");
const still = matchMedia("(prefers-reduced-motion: reduce)");

form.querySelector("[data-zone]").value = String(-new Date().getTimezoneOffset());

const boxes = () => [...document.querySelectorAll("[data-choose-one]")];
const chosen = () => boxes().filter((box) => box.checked).map((box) => box.value);

function say(text) {
  said.textContent = text;
}

function complain(error) {
  if (!(error instanceof ApiError)) throw error;
  toast(error.message);
}

function showChosen() {
  const ids = chosen();
  bar.hidden = ids.length === 0;
  document.getElementById("results").classList.toggle("choosing", ids.length > 0);
  bar.querySelector("[data-chosen-count]").textContent = t("history.chosen", { n: ids.length });
  const zip = bar.querySelector("[data-zip]");
  if (zip) zip.href = `/api/v1/history/zip?ids=${ids.join(",")}`;
}

const acting = new Set(); // what is done now, so that a button that is pressed twice means it once

async function act(action, ids) {
  const key = `${action} ${ids.join(" ")}`;
  if (acting.has(key)) return;
  if (action === "purge" && !window.confirm(t("history.purge", { n: ids.length }))) return;
  acting.add(key);
  let made = 0;
  try {
    for (const id of ids) {
      if (action === "purge") await api(`/api/v1/jobs/${id}`, { method: "DELETE" });
      else await api(`/api/v1/jobs/${id}/${action}`, { method: "POST" });
      made += 1;
      shown(action, id);
    }
  } catch (error) {
    complain(error);
  } finally {
    acting.delete(key);
  }
  if (made) say(t(`history.said.${action}`, { n: made }));
  showChosen();
  // not before all is done: what is left to do would be lost
  if (made && document.querySelector(".tiles") && !document.querySelector(".tile")) location.reload();
}

/** Shows what an action has changed without loading the page again. */
function shown(action, id) {
  const tile = document.querySelector(`.tile[data-job="${CSS.escape(id)}"]`);
  if (!tile) return;
  if (action === "star" || action === "unstar") {
    tile.querySelector("[data-star]")?.setAttribute("aria-pressed", String(action === "star"));
    return;
  }
  if (tile.contains(document.activeElement)) {
    const next = tile.nextElementSibling ?? tile.previousElementSibling;
    (next?.querySelector("a, button") ?? document.getElementById("main")).focus();
  }
  tile.remove();
}

bar.addEventListener("click", (event) => {
  const button = event.target.closest("[data-bulk], [data-choose], [data-zip]");
  if (!button) return;
  if (button.dataset.choose) {
    for (const box of boxes()) box.checked = button.dataset.choose === "all";
    showChosen();
  } else if (button.dataset.bulk) {
    act(button.dataset.bulk, chosen());
  } else {
    event.preventDefault();
    zip(button.href);
  }
});

/** Downloads the chosen results. It is asked first whether that can be done: a refusal would replace the page. */
async function zip(address) {
  if (chosen().length > MOST_IN_ZIP) {
    toast(t("history.zip.most", { n: MOST_IN_ZIP }));
    return;
  }
  if (acting.has(address)) return;
  acting.add(address);
  try {
    const found = await api(`${address}&check=1`);
    location.assign(address);
    if (found?.left_out) toast(t("history.zip.left_out", { n: found.left_out }));
  } catch (error) {
    complain(error);
  } finally {
    acting.delete(address);
  }
}

document.getElementById("main").addEventListener("change", (event) => {
  if (event.target.matches("[data-choose-one]")) showChosen();
});

document.getElementById("main").addEventListener("click", (event) => {
  const star = event.target.closest("[data-star]");
  if (!star) return;
  const id = star.closest(".tile").dataset.job;
  act(star.getAttribute("aria-pressed") === "true" ? "unstar" : "star", [id]);
});

/** Plays the clip of a tile in place of its picture. */
function play(link) {
  if (still.matches || !link.dataset.clip || link.querySelector("video")) return;
  const video = document.createElement("video");
  Object.assign(video, { muted: true, loop: true, playsInline: true, src: link.dataset.clip });
  video.setAttribute("aria-hidden", "true");
  video.addEventListener("error", () => video.remove());
  link.append(video);
  video.play().catch(() => video.remove());
}

function stop(link) {
  link.querySelector("video")?.remove();
}

const main = document.getElementById("main");
const pictureOf = (event) => event.target.closest?.("a[data-clip]");
for (const kind of ["pointerover", "focusin"]) {
  main.addEventListener(kind, (event) => {
    const link = pictureOf(event);
    if (link) play(link);
  });
}
for (const kind of ["pointerout", "focusout"]) {
  main.addEventListener(kind, (event) => {
    const link = pictureOf(event);
    if (link && !link.contains(event.relatedTarget)) stop(link);
  });
}

document.body.addEventListener("htmx:afterSettle", (event) => {
  showTimes(document.getElementById("results"));
  if (ticked) {
    for (const box of boxes()) box.checked = ticked.includes(box.value);
    ticked = null;
    document.querySelector(".tile a")?.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }
  showChosen();
  const first = event.detail.elt?.matches?.(".tile") ? event.detail.elt : null;
  if (first && document.activeElement === document.body) first.querySelector("a").focus();
});
document.body.addEventListener("htmx:responseError", (event) => {
  toast(t("error.status", { status: event.detail.xhr.status }));
});
document.body.addEventListener("htmx:sendError", () => toast(t("error.away")));

document.querySelector("[data-empty-bin]")?.addEventListener("click", async () => {
  if (!window.confirm(t("history.empty.bin"))) return;
  try {
    await api("/api/v1/history/empty-bin", { method: "POST" });
    location.reload();
  } catch (error) {
    complain(error);
  }
});

// an empty filter is left out of the address
document.body.addEventListener("htmx:configRequest", (event) => {
  const given = event.detail.parameters;
  if (event.detail.elt !== form) return;
  event.detail.step = step;
  for (const name of [...given.keys?.() ?? Object.keys(given)]) {
    const value = given.get?.(name) ?? given[name];
    if (value === "") given.delete?.(name);
  }
  if (!given.get?.("day")) given.delete?.("zone");
});

// Going back or forward between filters of this page: the fields are set to the address, and the form asks for its
// results, in turn with what it asked before. (htmx would replace the body, with every element that the listeners above
// stand on, and show whichever answer comes last.)
let step = 0; // what was asked before a step belongs to where the reader has been
document.body.addEventListener("htmx:historyCacheMiss", (event) => {
  event.preventDefault();
  step += 1;
  const given = new URL(location.href).searchParams;
  for (const field of form.querySelectorAll("input:not([type=hidden]), select")) field.value = given.get(field.name) ?? "";
  window.htmx.trigger(form, "restore");
});
let ticked = null; // of the results that are shown again with the new ones
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { elt, triggeringEvent, step: then } = event.detail.requestConfig;
  if (elt !== form) return;
  if (then !== step) event.detail.shouldSwap = false;
  ticked = triggeringEvent?.type === "fresh" ? chosen() : null;
});
// the address is already that of the step, also where another step has followed before the answer
document.body.addEventListener("htmx:beforeHistoryUpdate", (event) => {
  const why = event.detail.requestConfig.triggeringEvent?.type;
  if (why === "restore") Object.assign(event.detail.history, { type: "replace", path: location.pathname + location.search });
  if (why === "fresh") event.detail.history.type = "replace";
});

// Fields that were changed before the scripts were there, or that the browser has kept, while the results are of others.
const asked = (field) => (field.options ? [...field.options].find((one) => one.defaultSelected)?.value ?? "" : field.defaultValue);
document.body.addEventListener("htmx:load", () => {
  const fields = [...form.querySelectorAll("input:not([type=hidden]), select")];
  if (fields.some((field) => field.value !== asked(field))) window.htmx.trigger(form, "change");
}, { once: true });
// as after going back, where the browser keeps what was ticked
showChosen();
follow(form);
