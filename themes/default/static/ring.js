// What this browser keeps of a reader, the keys as keys that cannot be read out, and the mark of a visit. It runs while
// the page is still on its way: opening the store takes longer than opening a page.
"use strict";

(() => {
  const BOOK = `storebook-${document.currentScript.dataset.salt}`;

  function database() {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(BOOK, 1);
      request.onupgradeneeded = () => ["ring", "keys"].forEach((name) => request.result.createObjectStore(name));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  /** The first who asks takes what was opened early. */
  let early = database();
  early.catch(() => {});

  /** Does `work` with the two stores in one transaction; undefined in a browser that keeps nothing. */
  async function withStores(mode, work) {
    try {
      const opened = early ?? database();
      early = null;
      const base = await opened;
      return await new Promise((resolve, reject) => {
        const transaction = base.transaction(["ring", "keys"], mode);
        const result = work(transaction.objectStore("ring"), transaction.objectStore("keys"));
        transaction.oncomplete = () => { resolve(result); base.close(); };
        transaction.onerror = () => reject(transaction.error);
        transaction.onabort = () => reject(transaction.error);
      });
    } catch {
      return undefined;
    }
  }

  /** The kept ring with those of its keys that have these names: an owner has over a thousand. */
  async function readRing(names) {
    const found = await withStores("readonly", (rings, keys) => [rings.get("ring"), ...names.map((name) => keys.get(name))]);
    if (!found?.[0].result) return null;
    const [ring, ...keys] = found.map(({ result }) => result);
    return { ...ring, keys: keys.filter(Boolean) };
  }

  /** A manager has few keys; an owner one for each store, of which a reader needs one now and then. */
  const FEW = 64;
  const nearOf = (all) => (all.length > FEW ? all.filter(({ scope }) => !scope.includes(":")) : all).map(({ id }) => id);

  const keep = ({ keys: all, ...ring }) =>
    withStores("readwrite", (rings, keys) => {
      keys.clear();
      for (const key of all) keys.put(key, key.id);
      rings.put({ ...ring, near: nearOf(all) }, "ring");
    });

  function forget() {
    marker.clear();
    return withStores("readwrite", (rings, keys) => { rings.clear(); keys.clear(); });
  }

  const marker = {
    get set() { try { return sessionStorage.getItem(BOOK) === "open"; } catch { return false; } },
    put() { try { sessionStorage.setItem(BOOK, "open"); } catch { /* asks again */ } },
    clear() { try { sessionStorage.removeItem(BOOK); } catch { /* nothing kept */ } },
  };

  /** Tabs of one visit tell each other: a new tab has no marker of its own. */
  const channel = "BroadcastChannel" in self ? new BroadcastChannel(BOOK) : null;

  function askOthers() {
    if (!channel) return Promise.resolve(false);
    return new Promise((resolve) => {
      const listen = ({ data }) => { if (data === "here") { channel.removeEventListener("message", listen); resolve(true); } };
      channel.addEventListener("message", listen);
      channel.postMessage("anyone?");
      setTimeout(() => { channel.removeEventListener("message", listen); resolve(false); }, 60);
    });
  }

  /** The kept ring, if this visit may use it. */
  async function kept(names) {
    const ring = await readRing(names);
    if (!ring) return null;
    if (marker.set || ring.until > Date.now() || (await askOthers())) {
      marker.put();
      return ring;
    }
    await forget();
    return null;
  }

  self.storebookRing = { channel, forget, keep, kept, marker, readRing };
  self.dispatchEvent(new Event("storebook:ring"));
})();
