// The makers' page: the form, its examples, submitting it, and the job that comes of it.

import { ApiError, api, copy, csrf, failure, language, t, toast } from "./frame.js";
import { fieldsOf } from "./fields.js";
import { SAMPLE } from "./files.js";
import { Feed, Queue } from "./jobs.js";
import { RequestForm, curl, openFilled, takeHanded } from "./request.js";
import { Result } from "./result.js";
import { sentence } from "./sentences.js";

const data = JSON.parse(document.getElementById("form-data").textContent);
const form = document.getElementById("maker");
const maker = data.command;
const draftName = `draft.${maker}`;
const shownName = `shown.${maker}`;
const VIETNAMESE = /[\u1ea0-\u1ef9ăđơưĂĐƠƯ]/;

/** Whether a text is Vietnamese, where the model reads English only. */
const foreign = (value) => VIETNAMESE.test([value ?? ""].flat().join(" "));
const address = new URLSearchParams(location.search); // as opened: filling in the form takes it away

let request = null;
let saving = null;
let callOff = null; // of a form that was sent and waits for its files

/** After a change of the form; `arrived`: only a file has come that it waited for. */
function changed(arrived = false) {
  if (!arrived) callOff?.();
  wrong("");
  request?.said();
  clearTimeout(saving);
  saving = setTimeout(keep, 400);
}

function keep() {
  try {
    sessionStorage.setItem(draftName, JSON.stringify(request.draft()));
  } catch {
    sessionStorage.removeItem(draftName); // too long to be kept
  }
}

const fields = fieldsOf(form, data.fields, changed);
const reads = (data.englishOnly ? ["text", "script", "motion"] : ["motion"]).filter((one) => one in fields);
/** What is written in a field, also where it is sent as a file. */
const words = (name) => fields[name].draft?.() ?? fields[name].read();
for (const name of reads) fields[name].left(() => (foreign(words(name)) ? t("english_only") : null));
request = new RequestForm(form, data, fields);
form.addEventListener("input", () => changed());
form.addEventListener("change", () => changed(true)); // also of a text that is only left: `input` has told its change
window.addEventListener("pagehide", keep);

function wrong(message, name = null) {
  const place = document.getElementById("wrong-form");
  const field = name && fields[name];
  if (field && message) {
    request.choose(name);
    request.show();
    field.root.closest("details")?.setAttribute("open", "");
    field.wrong(message);
    field.focus();
    field.root.scrollIntoView({ block: "center" });
  }
  place.textContent = field ? "" : message;
  place.hidden = !message || Boolean(field);
}

/** What is wrong with the values before they are sent, so that it is said at once: field and sentence, or null. */
function fault(values) {
  const missing = Object.entries(data.fields).find(([name, one]) => one.required && !(name in values));
  if (missing) return [missing[0], t("missing")];
  for (const names of data.alternatives) {
    const needed = names.some((name) => ["image", "text"].includes(name));
    if (needed && !names.some((name) => name in values)) return [request.chosen(names), t("missing")];
    // an empty curve would say nothing, and the feeling that was chosen before would be dropped without a word
    const chosen = request.chosen(names);
    if (data.fields[chosen]?.kind === "track" && !(chosen in values)) return [chosen, t("missing")];
  }
  if (maker === "follow" && !("text" in values) && !("look" in values)) return ["text", t("missing_look")];
  for (const name of Object.keys(values)) {
    const said = fields[name].fault?.();
    if (said) return [name, said];
  }
  const wrongly = reads.find((name) => name in values && foreign(words(name)));
  return wrongly ? [wrongly, t("english_only")] : null;
}

// ——— the job that is shown, the queue, and the events

const result = new Result(document.getElementById("result-body"), document.getElementById("result-said"), {
  fill: (other, values, output) => (other === maker ? filled(values, output) : openFilled(other, values, output)),
  taken: (job) => show(job),
});
const queue = new Queue(document.getElementById("queue"), {
  chosen: (job) => show(job, true),
  seen: (job) => { if (job.id === result.job?.id) result.show(job); },
});

function show(job, scroll = false) {
  sessionStorage.setItem(shownName, job.id);
  result.show(job);
  queue.take(job);
  const narrow = matchMedia("(max-width: 68rem)").matches;
  if (scroll || narrow) reveal(document.getElementById("result"));
}

/** Scroll to the top of an element that is out of sight or too far down. */
function reveal(place) {
  const { top } = place.getBoundingClientRect();
  if (top < 0 || top > window.innerHeight / 2) place.scrollIntoView({ block: "start", behavior: "smooth" });
}

new Feed({
  job: (job) => {
    queue.take(job);
    if (job.id === result.job?.id) result.show(job);
  },
  queue: (view) => {
    queue.state(view);
    queue.loadSoon(); // the order and the places of others may have changed
  },
  state: (text) => queue.connection(text),
  again: () => {
    queue.load();
    if (result.job) look(result.job.id);
  },
});

/** Show a job as it is now, unless another one is shown by the time of the answer. */
async function look(id) {
  const before = result.job?.id;
  try {
    const job = await api(`/api/v1/jobs/${id}`);
    if (result.job?.id === before) result.show(job);
  } catch (error) {
    if (error.status === 404) sessionStorage.removeItem(shownName);
    else queue.connection(error.message);
  }
}

/** The job of `?job=JOB`, else the one that was shown last, else the last one of this maker. */
async function lastShown() {
  const asked = address.get("job") ?? sessionStorage.getItem(shownName);
  if (asked) { await look(asked); return; }
  const found = await api(`/api/v1/jobs?system=${maker}&most=1`).catch(() => null);
  if (found?.jobs?.[0] && !result.job) result.show(found.jobs[0]);
}

// ——— submitting

const button = document.getElementById("make-it");
const waiting = document.getElementById("waiting");

function waits(message) {
  waiting.textContent = message;
  waiting.hidden = !message;
}

/** What is sent once its files are there: `values`, or `early`, what is wrong with it. */
async function whole() {
  const early = fault(await request.values(false));
  return early ? { early } : { values: await request.values() };
}

/** What is sent, or null where the form is changed while it waits: a job would be of another form than the one sent. */
async function unchanged() {
  const off = new Promise((resolve) => { callOff = () => resolve(null); });
  if (request.waits()) waits(t("waiting"));
  try {
    const found = await Promise.race([off, whole()]);
    waits(found || waiting.hidden ? "" : t("called_off"));
    return found;
  } catch (error) {
    waits("");
    throw error;
  } finally {
    callOff = null;
  }
}

async function submit(event) {
  event.preventDefault();
  if (button.disabled) return;
  wrong("");
  button.disabled = true;
  try {
    const found = await unchanged();
    if (!found) return;
    const { early, values } = found;
    if (early) { wrong(early[1], early[0]); return; }
    const job = await api(`/api/v1/${maker}`, { method: "POST", body: { ...values, output: request.output }, headers: { "Idempotency-Key": crypto.randomUUID() } });
    show(job, true);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    wrong(sentence(error.message), error.field === "output" ? null : error.field);
  } finally {
    button.disabled = false;
  }
}

form.addEventListener("submit", submit);
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});

document.getElementById("copy-curl").addEventListener("click", async () => {
  try {
    copy(curl(maker, { ...(await request.values()), output: request.output }));
  } catch (error) {
    toast(error.message);
  }
});

document.getElementById("reset").addEventListener("click", () => filled({}));

function filled(values, output = null) {
  request.fill(values, output);
  wrong("");
  form.scrollIntoView({ block: "start", behavior: "smooth" });
  changed();
}

for (const one of document.querySelectorAll("[data-example]")) {
  one.addEventListener("click", () => {
    const { values, output } = data.examples[Number(one.dataset.example)];
    // a photo or a film of one's own stays when an example is tried, also while it is uploaded
    const held = fields.image?.zone.view || fields.image?.zone.pending;
    request.fill(values, output, values.image === SAMPLE && held ? ["image"] : []);
    wrong("");
    changed();
  });
}

// an animated head is made by the 3D head itself
function outputChosen() {
  if (maker !== "talk" || request.output !== ".glb") return;
  request.choose("person");
  request.show();
  fields.rendered?.write(true);
  toast(t("glb_needs_person"));
}
for (const one of form.querySelectorAll('input[name="output"]')) one.addEventListener("change", outputChosen);
if (form.querySelector('input[name="output"][data-early]')) outputChosen();

// ——— the voice

form.addEventListener("try-voice", async ({ detail: field }) => {
  const text = (fields.text.read() || t(`voice_sample.${(fields.language.read() || language).slice(0, 2)}`)).slice(0, 200);
  field.wrong("");
  field.button.disabled = true;
  try {
    const answer = await fetch("/api/v1/voice", {
      method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf(), "Accept-Language": language },
      body: JSON.stringify({ text: text.startsWith("voice_sample") ? "Hello" : text, language: fields.language.read() || null, voice: fields.voice.read() || null }),
    }).catch(() => { throw new ApiError(t("error.away")); });
    if (!answer.ok) throw await failure(answer);
    const spoken = URL.createObjectURL(await answer.blob());
    const sound = new Audio(spoken);
    sound.addEventListener("ended", () => URL.revokeObjectURL(spoken));
    await sound.play();
  } catch (error) {
    field.wrong(sentence(error.message));
  } finally {
    field.button.disabled = false;
  }
});

// ——— open a file that mien has made

let opened = 0; // of several files only the one that was given last fills the form

async function openFile(file) {
  const turn = ++opened;
  const body = new FormData();
  body.append("file", file, file.name);
  try {
    const found = await api("/api/v1/files/open", { method: "POST", body });
    if (turn !== opened) return;
    const { system, values, output } = found;
    const missing = Object.values(found.missing ?? {});
    if (missing.length) toast(t("open_missing", { names: missing.join(", ") }), 12);
    else if (!found.whole) toast(t("open_part"), 12);
    if (system === maker) filled(values, output);
    else openFilled(system, values, output);
  } catch (error) {
    toast(sentence(error.message), 12);
  }
}

const opener = document.getElementById("open-file");
if ("early" in opener.dataset && opener.files[0]) openFile(opener.files[0]);
const openZone = document.querySelector("[data-open]");
opener.addEventListener("change", () => { if (opener.files[0]) openFile(opener.files[0]); opener.value = ""; });
for (const kind of ["dragenter", "dragover"]) openZone.addEventListener(kind, (event) => { event.preventDefault(); openZone.classList.add("over"); });
openZone.addEventListener("dragleave", () => openZone.classList.remove("over"));
openZone.addEventListener("drop", (event) => {
  event.preventDefault();
  openZone.classList.remove("over");
  if (event.dataTransfer.files[0]) openFile(event.dataTransfer.files[0]);
});
// a file that is dropped beside a zone must not replace the page
for (const kind of ["dragover", "drop"]) window.addEventListener(kind, (event) => event.preventDefault());

// ——— the start

const POINTED_OUT_MS = 5000;

/** Point out the fields that a result was brought into, which may be far down in the form. */
function pointOut(names) {
  const brought = names.map((name) => fields[name]).filter(Boolean);
  for (const { root } of brought) {
    root.closest("details")?.setAttribute("open", "");
    root.classList.add("brought");
    setTimeout(() => root.classList.remove("brought"), POINTED_OUT_MS);
  }
  brought[0]?.root.scrollIntoView({ block: "center" });
  toast(t("brought", { field: brought.map((one) => one.spec.label).join(", ") }));
}

/** What the address says: `?from=JOB` is that job's request, `?image=file:…&text=…` are values. */
async function fromAddress() {
  const from = address.get("from");
  const values = Object.fromEntries([...address].filter(([name]) => name in fields));
  if (!from && !Object.keys(values).length) return false;
  history.replaceState(null, "", location.pathname);
  try {
    if (from) {
      const job = await api(`/api/v1/jobs/${from}`);
      request.fill(job.request, job.output);
    } else request.fill(values);
  } catch (error) {
    wrong(sentence(error.message));
  }
  return true;
}

const given = takeHanded(maker);
const draft = sessionStorage.getItem(draftName);
if (given) request.fill(given.values, given.output);
else if (!(await fromAddress()) && draft) request.restore(JSON.parse(draft));
// until here a click would send the form as without scripts, and lose what is written
button.disabled = false;
// an older result beside a form that has just been filled with one looks as if nothing had happened
if (given?.brought) pointOut(Object.keys(given.values));
else lastShown();
