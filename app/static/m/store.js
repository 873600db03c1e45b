/* What the phone keeps. Two databases: the jobs, which go with their person's sign-out, and what was written here,
   which stays until it is sent. */
'use strict';
const Store = (() => {
  const BASES = {
    'portal-jobs': base => { base.createObjectStore('jobs', { keyPath: 'id' }); base.createObjectStore('facts'); },
    'portal-work': base => { base.createObjectStore('outbox', { keyPath: 'n', autoIncrement: true }); base.createObjectStore('visits', { keyPath: 'key' }); }
  };
  const HOME = { jobs: 'portal-jobs', facts: 'portal-jobs', outbox: 'portal-work', visits: 'portal-work' }, opened = {};
  const open = name => opened[name] || (opened[name] = new Promise((done, failed) => {
    const asked = indexedDB.open(name, 1);
    asked.onupgradeneeded = () => BASES[name](asked.result);
    asked.onerror = () => { delete opened[name]; failed(asked.error); };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => { asked.result.close(); delete opened[name]; };      // signed out in another window
      done(asked.result);
    };
  }));
  const within = (store, mode, act) => open(HOME[store]).then(base => new Promise((done, failed) => {
    const work = base.transaction(store, mode), asked = act(work.objectStore(store));
    work.oncomplete = () => done(asked && asked.result);
    work.onerror = work.onabort = () => failed(work.error);
  }));
  return {
    all: store => within(store, 'readonly', rows => rows.getAll()),
    get: (store, key) => within(store, 'readonly', rows => rows.get(key)),
    put: (store, row, key) => within(store, 'readwrite', rows => rows.put(row, key)),
    drop: (store, key) => within(store, 'readwrite', rows => rows.delete(key)),
    replaceJobs: jobs => within('jobs', 'readwrite', rows => { rows.clear(); jobs.forEach(job => rows.put(job)); }),
    forget: () => within('jobs', 'readwrite', rows => rows.clear()).then(() => within('facts', 'readwrite', rows => rows.clear()))
  };
})();
const uuid = () => crypto.randomUUID ? crypto.randomUUID()
  : Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
