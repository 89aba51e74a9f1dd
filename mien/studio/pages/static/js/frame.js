// What every page uses: texts, requests to the API, messages, theme, times in the reader's time zone.

const command = document.querySelector('meta[name="serve-command"]').content;
const texts = JSON.parse(document.getElementById("texts").textContent);
export const language = document.documentElement.lang;

/** The text of a key of the catalogue, `js.` left out, with its {name} replaced. */
export function t(key, values = {}) {
  let found = `js.${key}`;
  if (values.n === 1 && `${found}.one` in texts) found += ".one";
  return (texts[found] ?? key).replace(/\{([a-z_]+)\}/g, (whole, name) => (name in values ? String(values[name]) : name === "serve_command" ? command : whole));
}

/** Whether the catalogue has a key. */
export const knows = (key) => `js.${key}` in texts;

export const number = (value, decimals = 0) =>
  value.toLocaleString(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });

/** A number of bytes: MB of 10^6 bytes. */
export function size(count) {
  if (count < 1e6) return `${number(count / 1e3, count >= 1e4 ? 0 : 1)} kB`;
  return count < 1e9 ? `${number(count / 1e6, 1)} MB` : `${number(count / 1e9, 1)} GB`;
}

export function span(seconds) {
  const whole = Math.max(Math.round(seconds), 0);
  if (whole < 60) return t("span.s", { s: whole });
  const m = Math.floor(whole / 60);
  const s = whole % 60;
  if (m < 60) return s ? t("span.min_s", { m, s }) : t("span.min", { m });
  return t("span.h_min", { h: Math.floor(m / 60), m: m % 60 });
}

/** An element: `el("p", {class: "soft"}, "text", child)`. Texts are never read as HTML. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((one) => one !== null && one !== undefined && one !== false));
  return made;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "line");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** What went wrong, as a sentence. `field`: the field it is about, or null. */
export class ApiError extends Error {
  constructor(message, field = null, status = 0) {
    super(message);
    this.field = field;
    this.status = status;
  }
}

export const csrf = () => document.querySelector('meta[name="csrf-token"]').content;

/** A request to the API. `body`: an object sent as JSON, or FormData. Gives the JSON of the answer, or null. */
export async function api(path, { method = "GET", body = null, signal = undefined, headers = {} } = {}) {
  const sent = { Accept: "application/json", "Accept-Language": language, ...headers };
  if (method !== "GET") sent["X-CSRF-Token"] = csrf();
  let content = body;
  if (body !== null && !(body instanceof FormData)) {
    sent["Content-Type"] = "application/json";
    content = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, { method, headers: sent, body: content, signal, credentials: "same-origin" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(t("error.away"));
  }
  if (answer.ok) return answer.status === 204 ? null : answer.json().catch(() => null);
  throw await failure(answer);
}

/** The ApiError of an answer that is no success. */
export async function failure(answer) {
  const found = await answer.json().catch(() => ({}));
  const after = Number(answer.headers.get("Retry-After"));
  let message = found.error;
  if (answer.status === 401) message = t("error.signed_out");
  else if (!message && (answer.status === 429 || answer.status === 503)) message = t("error.busy", { s: span(after || 5) });
  return new ApiError(message || t("error.status", { status: answer.status }), found.field ?? null, answer.status);
}

/** A short message at the edge of the page; it goes by itself, or by its button. */
export function toast(message, seconds = 7) {
  const close = el("button", { type: "button", "aria-label": t("close"), onclick: () => made.remove() }, icon("close"));
  const made = el("div", { class: "toast" }, el("span", {}, message), close);
  document.getElementById("toasts").append(made);
  setTimeout(() => made.remove(), seconds * 1000);
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(t("copied"), 3);
  } catch {
    toast(t("not_copied"));
  }
}

/** Times of <time data-time> in the reader's time zone and language. */
export function showTimes(root = document) {
  const form = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  for (const one of root.querySelectorAll("time[data-time]")) {
    const when = new Date(one.dateTime);
    if (!Number.isNaN(when.getTime())) one.textContent = form.format(when);
  }
}

function remember(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`;
}

function switchTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme === "dark" || (root.dataset.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "light" : "dark";
  remember("mien_theme", root.dataset.theme);
}

document.querySelector("[data-theme-switch]")?.addEventListener("click", switchTheme);
for (const link of document.querySelectorAll("a[data-language]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    remember("mien_language", link.dataset.language);
    const address = new URL(location.href);
    address.searchParams.delete("language");
    location.replace(address);
  });
}
document.body.addEventListener?.("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRF-Token"] = csrf();
});
// A page that the browser has kept whole and shows again after "back" is one of then: its events are cut, its buttons wait
// for answers that never come, and someone else may be signed in by now.
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
showTimes();
// not where the studio is reached by plain HTTP from elsewhere: browsers allow it on loopback and by HTTPS only
navigator.serviceWorker?.register("/offline-worker.js").catch(() => undefined);
