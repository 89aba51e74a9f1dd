// Starts and cancels runs of the pipeline; htmx brings the form and the list of runs.

import { ApiError, api, t, toast } from "./frame.js";

const main = document.getElementById("main");

// The list of runs is asked for every few seconds. One that says the same changes nothing, and none is drawn while a button
// of it is pressed: the click would be lost.
let pressed = false;
document.addEventListener("pointerdown", (event) => { pressed = event.target.closest("#pipeline-runs") !== null; }, true);
for (const kind of ["pointerup", "pointercancel"]) document.addEventListener(kind, () => setTimeout(() => { pressed = false; }, 0), true);
let listed = null;
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target.id !== "pipeline-runs") return;
  const { shouldSwap, serverResponse } = event.detail;
  if (!shouldSwap) return;
  if (pressed || serverResponse === listed) event.detail.shouldSwap = false;
  else listed = serverResponse;
});

const renew = () => window.htmx?.trigger("#pipeline-runs", "renew");

// A run that has ended may have brought other models or figures, and a little later another champion.
const REGISTRY_MS = 10000;
const renewModels = () => window.htmx?.trigger("#pipeline-models", "renew");
let ended = null;
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "pipeline-runs") return;
  const now = event.target.querySelector("[data-ended]")?.dataset.ended;
  if (now === undefined) return;
  if (ended !== null && now !== ended) {
    renewModels();
    setTimeout(renewModels, REGISTRY_MS);
  }
  ended = now;
});

main.addEventListener("change", (event) => {
  if (event.target.name !== "what") return;
  event.target.form.querySelector("[data-some]").hidden = event.target.form.elements.what.value !== "some";
});

main.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-start]");
  if (!form) return;
  event.preventDefault();
  const said = form.querySelector("[data-said]");
  const button = form.querySelector("[type=submit]");
  const values = new FormData(form);
  const body = {
    targets: values.get("what") === "some" ? values.getAll("targets") : [],
    overrides: values.get("overrides").split("\n").map((line) => line.trim()).filter(Boolean),
    force: values.get("force") === "1",
  };
  said.textContent = "";
  if (values.get("what") === "some" && !body.targets.length) {
    said.textContent = t("pipeline.choose");
    return;
  }
  button.disabled = true;
  try {
    await api("/api/v1/pipeline/runs", { method: "POST", body });
    toast(t("pipeline.started"));
    renew();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    said.textContent = error.message;
  } finally {
    button.disabled = false;
  }
});

main.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-cancel-run]");
  if (!button) return;
  button.disabled = true;
  try {
    await api(`/api/v1/pipeline/runs/${button.dataset.cancelRun}/cancel`, { method: "POST" });
    toast(t("pipeline.cancelled"));
    renew();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    button.disabled = false;
    toast(error.message);
  }
});
