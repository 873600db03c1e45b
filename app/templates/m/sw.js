/* The shell alone is kept; jobs and what was done lie in IndexedDB, never here. */
'use strict';
const NAME = 'shell-{{ version }}', FILES = {{ files|tojson }};
self.addEventListener('install', e => e.waitUntil(caches.open(NAME)
  .then(kept => kept.addAll(FILES.map(file => new Request(file, { cache: 'reload' })))).then(() => self.skipWaiting())));
self.addEventListener('activate', e => e.waitUntil(caches.keys()
  .then(names => Promise.all(names.filter(name => name.startsWith('shell-') && name !== NAME).map(name => caches.delete(name))))
  .then(() => self.clients.claim())));
self.addEventListener('fetch', e => {
  const url = new URL(e.request.url), file = url.pathname === '/m/' ? '/m/' : url.pathname + url.search;
  if (e.request.method !== 'GET' || url.origin !== location.origin || !FILES.includes(file)) return;      // the rest: the network
  e.respondWith(caches.open(NAME).then(kept => kept.match(file)).then(hit => hit || fetch(e.request)));
});
