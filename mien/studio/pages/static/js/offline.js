// A service worker: where the studio does not answer, its own page says so in place of the browser's.
// `/offline-worker.js` serves it with the digest of the static files, so that a new version replaces an old one.

const NAME = `offline-${VERSION}`;
const PAGE = "/offline";
const FILES = ["css/base.css", "css/rest.css", "js/early.js", "js/frame.js"].map((path) => `/static/${VERSION}/${path}`);

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll([PAGE, ...FILES])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = caches.keys().then((names) => Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name))));
  event.waitUntil(old.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate") event.respondWith(fetch(event.request).catch(() => caches.match(PAGE)));
  else if (FILES.includes(new URL(event.request.url).pathname)) {
    event.respondWith(fetch(event.request).catch(() => caches.match(event.request)));
  }
});
