// Recording from the camera and the microphone. Each gives {blob, name}, or null where it was given up.

import { el, icon, span, t } from "./frame.js";

const LONGEST = { sound: 300, video: 20 }; // seconds

async function opened(constraints) {
  if (!navigator.mediaDevices?.getUserMedia) throw new Error(t("record.unsafe"));
  try {
    return await navigator.mediaDevices.getUserMedia(constraints);
  } catch (error) {
    if (error.name === "NotFoundError") throw new Error(t(constraints.video ? "record.no_camera" : "record.no_microphone"));
    throw new Error(t("record.refused"));
  }
}

const stopped = (stream) => stream.getTracks().forEach((track) => track.stop());

/** Shows `content` and buttons in the place of the recorder until `work` has given a result. */
async function shownIn(place, work) {
  place.hidden = false;
  try {
    return await work();
  } finally {
    place.hidden = true;
    place.replaceChildren();
  }
}

export async function takePhoto(place) {
  const stream = await opened({ video: { width: { ideal: 1280 }, height: { ideal: 960 }, facingMode: "user" } });
  return shownIn(place, () => new Promise((resolve) => {
    const video = el("video", { autoplay: true, playsinline: true, muted: true, class: "mirrored" });
    video.srcObject = stream;
    const end = (result) => { stopped(stream); resolve(result); };
    const take = () => {
      const canvas = el("canvas", { width: video.videoWidth, height: video.videoHeight });
      canvas.getContext("2d").drawImage(video, 0, 0);
      canvas.toBlob((blob) => end(blob && { blob, name: t("record.photo_name") }), "image/jpeg", 0.93);
    };
    const button = el("button", { class: "button main", type: "button", disabled: true, onclick: take }, icon("camera"), t("record.take"));
    // before its first frame the camera has no size, and the photo would be empty
    video.addEventListener("loadeddata", () => { button.disabled = false; button.focus(); });
    place.append(video, el("div", { class: "row" }, button,
      el("button", { class: "button quiet", type: "button", onclick: () => end(null) }, t("cancel"))));
  }));
}

function kindOf(types) {
  return types.find((type) => MediaRecorder.isTypeSupported(type)) ?? "";
}

/** Record a stream until the person stops it, or for the longest time. */
function recorded(place, stream, longest, type, name, picture) {
  return shownIn(place, () => new Promise((resolve) => {
    const recorder = new MediaRecorder(stream, type ? { mimeType: type } : {});
    const pieces = [];
    let wanted = true;
    const clock = el("output", { class: "clock" }, span(0));
    const begun = performance.now();
    const timer = setInterval(() => {
      const seconds = (performance.now() - begun) / 1000;
      clock.textContent = t("record.clock", { done: span(seconds), most: span(longest) });
      if (seconds >= longest && recorder.state === "recording") recorder.stop();
    }, 250);
    recorder.addEventListener("dataavailable", (event) => event.data.size && pieces.push(event.data));
    recorder.addEventListener("stop", () => {
      clearInterval(timer);
      stopped(stream);
      const kind = (type || recorder.mimeType).split(";")[0];
      resolve(wanted && pieces.length ? { blob: new Blob(pieces, { type: kind }), name: `${name}.${kind.endsWith("mp4") ? "mp4" : "webm"}` } : null);
    });
    const stop = (keep) => () => { wanted = keep; recorder.stop(); };
    place.append(...(picture ? [picture] : []), el("div", { class: "row" },
      el("span", { class: "recording", "aria-hidden": "true" }), clock,
      el("button", { class: "button main", type: "button", onclick: stop(true) }, t("record.stop")),
      el("button", { class: "button quiet", type: "button", onclick: stop(false) }, t("cancel"))));
    place.querySelector("button").focus();
    recorder.start(1000);
  }));
}

export async function recordSound(place) {
  const stream = await opened({ audio: { channelCount: 1 } });
  return recorded(place, stream, LONGEST.sound, kindOf(["audio/webm;codecs=opus", "audio/mp4"]), t("record.sound_name"), null);
}

export async function recordVideo(place) {
  const stream = await opened({ video: { width: { ideal: 1280 }, height: { ideal: 720 } }, audio: false });
  const video = el("video", { autoplay: true, playsinline: true, muted: true, class: "mirrored" });
  video.srcObject = stream;
  const count = el("p", { class: "countdown", role: "status" });
  await shownIn(place, async () => {
    place.append(video, count);
    for (const left of [3, 2, 1]) {
      count.textContent = t("record.countdown", { n: left });
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  });
  return recorded(place, stream, LONGEST.video, kindOf(["video/mp4;codecs=avc1", "video/webm;codecs=vp8", "video/webm"]), t("record.video_name"), video);
}
