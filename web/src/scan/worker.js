// The service worker of the page of a region: keeps what was seen for when there is no network.

import { chooseSource, FROM_CACHE, nameCache, SHELL } from "./cache.js";

const { searchParams } = new URL(self.location.href);
const NAME = nameCache(self.registration.scope, searchParams.get("v"));

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(NAME)
      .then((cache) => cache.addAll(SHELL))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(removeOld().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const source = chooseSource(event.request, self.registration.scope);
  if (source) event.respondWith(source === FROM_CACHE ? answerFromCache(event.request) : answerFromNet(event.request));
});

/** Remove what is kept of earlier scans in this folder. */
async function removeOld() {
  const ours = nameCache(self.registration.scope, "");
  const old = (await caches.keys()).filter((name) => name.startsWith(ours) && name !== NAME);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function answerFromCache(request) {
  const cache = await caches.open(NAME);
  return (await cache.match(request)) ?? keep(cache, request, await fetch(request));
}

async function answerFromNet(request) {
  const cache = await caches.open(NAME);
  try {
    return await keep(cache, request, await fetch(request));
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}

async function keep(cache, request, answer) {
  if (answer.status === 200) await cache.put(request, answer.clone());
  return answer;
}
