// Zones that take a file: chosen, dropped, pasted from the sample, the camera or the microphone; uploaded at once.

import { ApiError, api, csrf, el, failure, icon, language, number, size, span, t } from "./frame.js";
import { sentence } from "./sentences.js";
import { recordSound, recordVideo, takePhoto } from "./recorder.js";

const FILES = "/api/v1/files";
export const SAMPLE = "sample:portrait";

/** Upload a file; `progress(part)` is called with 0 to 1. Gives the FileView; raises ApiError in one sentence. */
export function upload(blob, name, { progress = () => {}, signal = undefined, kinds = [] } = {}) {
  const body = new FormData();
  body.append("file", blob, name);
  return new Promise((resolve, reject) => {
    const sent = new XMLHttpRequest();
    sent.open("POST", kinds.length ? `${FILES}?kinds=${kinds.join(",")}` : FILES);
    sent.setRequestHeader("Accept", "application/json");
    sent.setRequestHeader("Accept-Language", language);
    sent.setRequestHeader("X-CSRF-Token", csrf());
    sent.upload.addEventListener("progress", (event) => event.lengthComputable && progress(event.loaded / event.total));
    sent.addEventListener("error", () => reject(new ApiError(t("error.away"))));
    sent.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    sent.addEventListener("load", async () => {
      const answer = new Response(sent.responseText, { status: Math.max(sent.status, 200), headers: { "Retry-After": sent.getResponseHeader("Retry-After") ?? "" } });
      if (sent.status >= 200 && sent.status < 300) resolve(JSON.parse(sent.responseText));
      else reject(await failure(answer));
    });
    signal?.addEventListener("abort", () => sent.abort());
    sent.send(body);
  });
}

function facts(view) {
  const known = view.facts ?? {};
  return [
    known.width && known.height ? `${known.width} × ${known.height}` : null,
    known.seconds ? span(known.seconds) : null,
    known.fps ? t("fps", { rate: number(known.fps, 0) }) : null,
    view.bytes ? size(view.bytes) : null,
  ].filter(Boolean).join(" · ");
}

/**
 * A zone of the form; `value` is `file:ID` or "". `changed(arrived)` is called when its file changes, `arrived` where that is
 * the end of an upload and no choice of the reader; `begun()` when another file is chosen, before it is uploaded.
 */
export class Zone {
  constructor(root, { changed = () => {}, begun = () => {}, wrong = () => {}, kinds = [] } = {}) {
    this.kinds = kinds;
    this.root = root;
    this.changed = changed;
    this.begun = begun;
    this.wrong = wrong;
    this.view = null;
    this.pending = null; // what is uploaded or asked for now
    this.named = null; // the value of a file that is asked for, until it is shown or known to be gone
    this.failure = null; // of the newest file
    this.turn = 0; // of several uploads only the newest counts: a late answer to an earlier one changes nothing
    this.find = (name) => root.querySelector(`[data-${name}]`);
    this.input = root.querySelector('input[type="file"]');
    this.input.addEventListener("change", () => this.input.files[0] && this.take(this.input.files[0]));
    if ("early" in this.input.dataset && this.input.files[0]) this.take(this.input.files[0]); // nobody heard it then
    this.find("remove").addEventListener("click", () => { this.clear(); this.input.focus(); });
    this.dropping();
    this.sources();
  }

  get value() {
    return this.view?.value ?? "";
  }

  dropping() {
    const over = (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      this.root.classList.add("over");
    };
    this.root.addEventListener("dragenter", over);
    this.root.addEventListener("dragover", over);
    this.root.addEventListener("dragleave", (event) => this.root.contains(event.relatedTarget) || this.root.classList.remove("over"));
    this.root.addEventListener("drop", (event) => {
      event.preventDefault();
      event.stopPropagation();
      this.root.classList.remove("over");
      if (event.dataTransfer.files[0]) this.take(event.dataTransfer.files[0]);
    });
  }

  sources() {
    this.find("sample")?.addEventListener("click", () => this.takeSample());
    const record = (how) => async () => {
      if (this.recording) return; // a second camera would stay open when the first one is closed
      this.recording = true;
      const recorded = await how(this.find("recorder"), this.wrong).catch((error) => this.wrong(error.message));
      this.recording = false;
      if (recorded) this.take(recorded.blob, recorded.name);
    };
    const camera = this.find("camera");
    camera?.addEventListener("click", record(camera.dataset.camera === "photo" ? takePhoto : recordVideo));
    this.find("microphone")?.addEventListener("click", record(recordSound));
  }

  /** The sample portrait. */
  async takeSample() {
    const address = this.find("sample")?.dataset.sample;
    if (!address) return;
    const turn = this.begin();
    this.begun();
    const asked = fetch(address).then((answer) => (answer.ok ? answer.blob() : null)).catch(() => null);
    this.pending = asked;
    this.named = SAMPLE;
    const blob = await asked;
    if (turn !== this.turn) return;
    if (!blob) {
      this.begin();
      this.named = SAMPLE;
      this.fail(t("error.away"));
      return;
    }
    const taken = this.take(blob, t("sample_name"), true);
    this.named = SAMPLE;
    await taken;
  }

  /** Show the file of a value `file:ID`; one that is gone is said. */
  async ask(value) {
    const turn = this.begin(); // another file may be taken before the answer
    this.named = value;
    this.pending = api(`${FILES}/${value.replace("file:", "")}`);
    try {
      const view = await this.pending;
      if (turn !== this.turn) return;
      this.pending = null;
      this.write(view);
    } catch (error) {
      if (turn !== this.turn) return;
      this.begin();
      if (error.status !== 404) this.named = value; // also where the page is being left, which ends what it asks for
      this.fail(error.status === 404 ? t("file_gone") : error.message);
    }
  }

  fail(message) {
    this.failure = message;
    this.wrong(message);
  }

  /** Upload a file and show it. */
  async take(blob, name = blob.name, fetched = false) {
    const turn = this.begin();
    if (!fetched) this.begun();
    this.stop = new AbortController();
    this.wrong("");
    this.view = null;
    this.show({ name, facts: size(blob.size), blob });
    const bar = this.find("progress");
    bar.hidden = false;
    bar.value = 0;
    this.pending = upload(blob, name, { progress: (part) => { if (turn === this.turn) bar.value = part; }, signal: this.stop.signal, kinds: this.kinds });
    try {
      const view = await this.pending;
      if (turn !== this.turn) return;
      this.pending = null;
      this.write(view, blob);
    } catch (error) {
      if (turn !== this.turn) return;
      this.pending = null;
      this.clear(true);
      if (error.name !== "AbortError") this.fail(sentence(error.message));
    }
  }

  /** The turn of a file that is to come; what was to come before counts no more. */
  begin() {
    this.stop?.abort();
    this.pending = null;
    this.named = null;
    this.failure = null;
    this.turn += 1;
    return this.turn;
  }

  /** Wait until what is fetched or uploaded is there. Gives what is wrong with it, where it does not come; else null. */
  async settled() {
    if (!this.pending) return null;
    while (this.pending) await this.pending.catch(() => null);
    return this.failure;
  }

  /** Show a FileView as the zone's file. */
  write(view, blob = null) {
    if (!blob) this.begin();
    this.named = null;
    this.view = view;
    this.find("progress").hidden = true;
    this.show({ name: view.name, facts: facts(view), picture: view.preview, blob, kind: view.kind });
    this.changed(true);
  }

  show({ name, facts: text, picture = null, blob = null, kind = "" }) {
    this.find("empty").hidden = true;
    this.find("held").hidden = false;
    if (this.find("sources")) this.find("sources").hidden = true;
    this.find("name").textContent = name;
    this.find("facts").textContent = text;
    const type = blob?.type ?? "";
    const address = blob && /^(image|audio|video)\//.test(type) ? this.address(blob) : null;
    let shown = icon({ picture: "camera", video: "play", sound: "sound", person: "sculpt", poses: "follow", motion: "move" }[kind] ?? "open");
    if (address && type.startsWith("audio/")) shown = el("audio", { controls: true, src: address });
    else if (address && type.startsWith("video/")) shown = el("video", { src: address, muted: true, loop: true, playsinline: true, controls: true });
    else if (picture) shown = el("img", { src: picture, alt: name });
    else if (address && !/heic|heif|tiff/.test(type)) shown = el("img", { src: address, alt: name });
    this.find("held").classList.toggle("sounding", shown.tagName === "AUDIO");
    this.find("picture").replaceChildren(shown);
  }

  address(blob) {
    if (this.shownAddress) URL.revokeObjectURL(this.shownAddress);
    this.shownAddress = URL.createObjectURL(blob);
    return this.shownAddress;
  }

  clear(arrived = false) {
    this.begin();
    this.view = null;
    this.input.value = "";
    this.find("progress").hidden = true;
    this.find("held").hidden = true;
    this.find("empty").hidden = false;
    if (this.find("sources")) this.find("sources").hidden = false;
    this.find("picture").replaceChildren();
    this.changed(arrived);
  }
}
