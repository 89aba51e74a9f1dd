// Signing in and out, one's own account, and the accounts of all for administrators.

import { ApiError, api, copy, t, toast } from "./frame.js";

/**
 * Sends a form by `send(values, form)`: its button waits meanwhile, and what is wrong is said in the form. Forms have the
 * method POST, so that no password gets into an address where one is sent before this script is there.
 */
function onSubmit(form, send) {
  form?.querySelector("[type=submit]").removeAttribute("disabled"); // as it is before this script is there
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    const said = form.querySelector("[data-said]");
    said.textContent = "";
    for (const field of form.elements) field.removeAttribute?.("aria-invalid");
    button.disabled = true;
    try {
      await send(Object.fromEntries(new FormData(form)), form);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      said.textContent = error.message;
      const field = error.field && form.elements[error.field];
      if (field?.setAttribute) {
        field.setAttribute("aria-invalid", "true");
        field.focus();
      }
    } finally {
      button.disabled = false;
    }
  });
}

async function signIn(body, form) {
  const answer = await fetch("/api/v1/sign-in", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ name: body.name, password: body.password }),
    credentials: "same-origin",
  }).catch(() => {
    throw new ApiError(t("error.away"));
  });
  if (answer.ok) return left(() => location.assign(form.dataset.next));
  const found = await answer.json().catch(() => ({}));
  throw new ApiError(
    answer.status === 401 ? t("account.wrong") : (found.error ?? t("error.status", { status: answer.status })),
    "password",
    answer.status,
  );
}

/** Leave this page: nothing more happens on it, and no button can be pressed again until the other one is there. */
function left(leave) {
  leave();
  return new Promise(() => {});
}

const reload = () => left(() => location.reload());

onSubmit(document.querySelector("[data-sign-in]"), signIn);

onSubmit(document.querySelector("[data-password]"), async (values, form) => {
  await api("/api/v1/me/password", { method: "POST", body: { old: values.old, new: values.new } });
  form.reset();
  toast(t("account.password"));
});

onSubmit(document.querySelector("[data-token-form]"), async (values, form) => {
  const scopes = new FormData(form).getAll("scopes");
  if (!scopes.length) throw new ApiError(t("account.scopes"));
  const body = { name: values.name, scopes, days: values.days ? Number(values.days) : null };
  const made = await api("/api/v1/me/tokens", { method: "POST", body });
  const box = document.querySelector("[data-secret]");
  document.getElementById("secret").textContent = made.token;
  box.hidden = false;
  box.scrollIntoView({ block: "center" });
  form.reset();
});

onSubmit(document.querySelector("[data-add]"), async (values) => {
  const body = { name: values.name, password: values.password, admin: values.admin === "1" };
  await api("/api/v1/people", { method: "POST", body });
  await reload();
});

const row = (button) => button.closest("[data-person]");
const change = (id, body) => api(`/api/v1/people/${id}`, { method: "PATCH", body });
let opened = null;

const boxOf = (value, by = 1) => (value === "" ? "" : String(Number(value) / by));
const numberOf = (value, by = 1) => (value === "" ? null : Math.round(Number(value) * by));

function open(button) {
  opened = row(button);
  const dialog = document.getElementById(`dialog-${button.dataset.open}`);
  const form = dialog.querySelector("form");
  form.reset();
  form.querySelector("[data-said]").textContent = "";
  const title = dialog.querySelector("[data-title]");
  title.textContent = title.dataset.text.replace("{name}", opened.dataset.name);
  if (button.dataset.open === "limits") {
    form.elements.waiting.value = opened.dataset.waiting;
    form.elements.minutes.value = boxOf(opened.dataset.seconds, 60);
    form.elements.megabytes.value = boxOf(opened.dataset.bytes, 1e6);
  }
  dialog.showModal();
}

onSubmit(document.querySelector("#dialog-limits form"), async (values) => {
  await change(opened.dataset.person, {
    waiting: numberOf(values.waiting),
    seconds_each_day: numberOf(values.minutes, 60),
    bytes: numberOf(values.megabytes, 1e6),
  });
  await reload();
});
onSubmit(document.querySelector("#dialog-password form"), async (values) => {
  await change(opened.dataset.person, { password: values.password });
  document.getElementById("dialog-password").close();
  toast(t("admin.changed"));
});
onSubmit(document.querySelector("#dialog-delete form"), async (values) => {
  if (values.confirm.trim().toLowerCase() !== opened.dataset.name) throw new ApiError(t("admin.delete.name"), "confirm");
  await api(`/api/v1/people/${opened.dataset.person}`, { method: "DELETE" });
  await reload();
});

async function clicked(button) {
  if (button.hasAttribute("data-sign-out")) {
    await api("/api/v1/sign-out", { method: "POST" });
    sessionStorage.clear(); // drafts of forms: the next one who signs in here is another person
    await left(() => location.assign("/sign-in"));
  } else if (button.hasAttribute("data-end-sessions")) {
    await api("/api/v1/me/sessions/end", { method: "POST" });
    await reload();
  } else if (button.hasAttribute("data-remove")) {
    const token = button.closest("[data-token]");
    if (!window.confirm(t("account.token.remove", { name: token.dataset.name }))) return;
    await api(`/api/v1/me/tokens/${token.dataset.token}`, { method: "DELETE" });
    token.remove();
    toast(t("account.token.gone"));
  } else if (button.dataset.disable) {
    await change(row(button).dataset.person, { disabled: button.dataset.disable === "true" });
    await reload();
  }
}

document.getElementById("main").addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.copy) copy(document.getElementById(button.dataset.copy).textContent);
  else if (button.dataset.open) open(button);
  else if (button.hasAttribute("data-close")) button.closest("dialog").close();
  else if (button.type !== "submit") {
    button.disabled = true;
    try {
      await clicked(button);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast(error.message);
    } finally {
      button.disabled = false;
    }
  }
});
