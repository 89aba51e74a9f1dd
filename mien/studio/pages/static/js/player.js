// How a result is shown: a video, a picture, a 3D head that turns, or a picture of what a browser cannot play.

import { el, t } from "./frame.js";

const VIEWER = new URL("../vendor/model-viewer-4.4.0.min.js", import.meta.url);

/** The files of a job, from the one that shows most to the one that shows least. */
function shownFile(job) {
  const files = job.files ?? {};
  const playable = (file) => file && /^(video|image|model)\//.test(file.media_type) && file.media_type !== "image/svg+xml";
  return [files.file, files.play, files.model, files.picture, files.thumb].find(playable) ?? null;
}

/** An element that plays the result of a job. */
export function player(job) {
  const file = shownFile(job);
  const picture = job.files?.picture ?? job.files?.thumb;
  if (!file) return el("p", { class: "empty" }, t("no_picture"));
  if (file.media_type.startsWith("video/")) return video(job, file);
  if (file.media_type.startsWith("model/")) return model(job, file, picture);
  return el("img", { class: "played", src: file.url, alt: job.title });
}

/** The language of the captions: the one that was chosen, or found in the text, which a note then says. */
function spoken(job) {
  const { text, language } = job.request ?? {};
  if (language || !text) return language?.slice(0, 2);
  return job.notes?.some((note) => note.startsWith("the text is Vietnamese")) ? "vi" : "en";
}

function video(job, file) {
  const captions = job.files.captions;
  const track = captions && el("track", { kind: "captions", src: captions.url, srclang: spoken(job), label: t("captions"), default: true });
  return el("video", { class: "played", src: file.url, poster: job.files.thumb?.url, controls: true, playsinline: true, loop: job.system !== "talk", preload: "metadata", "aria-label": job.title }, track);
}

function model(job, file, picture) {
  const place = el("div", { class: "played model" }, picture ? el("img", { src: picture.url, alt: job.title }) : null);
  import(VIEWER.href).then(() => {
    const viewer = el("model-viewer", { src: file.url, alt: job.title, "camera-controls": true, autoplay: true, "touch-action": "pan-y", "interaction-prompt": "none", "shadow-intensity": 0.4, poster: picture?.url, "environment-image": "neutral" });
    place.replaceChildren(viewer);
    const sound = job.files.sound;
    if (sound) place.append(el("audio", { controls: true, src: sound.url, "aria-label": t("sound") }));
  }, () => place.append(el("p", { class: "soft small" }, t("no_viewer"))));
  return place;
}
