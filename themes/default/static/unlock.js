// Asks for the reader's access code and opens the page with it, by the format in sealing.js, with the keys that ring.js
// keeps; nothing is sent anywhere.
"use strict";

(() => {
  const reading = self.storebookReading;
  if (!reading) return;
  const main = document.querySelector("main.unlock");
  const { own: shell, words } = reading;
  const { root, salt, variants } = shell;
  const language = document.documentElement.lang;
  const form = main.querySelector("form");
  const { VERSION, Mistake, bytes, hkdfKey, open, read, unlockOf } = self.storebookSealing;
  let forget, keep, kept, marker;
  const WEEK = 7 * 24 * 60 * 60 * 1000;

  // ---- Keyrings ----

  /** A script of this site that calls one function; works from a folder too, where nothing can be fetched. */
  function load(file, name) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      self[name] = (...values) => resolve(values);
      script.onerror = () => reject(new Mistake("wrong"));
      script.onload = () => { script.remove(); reject(new Mistake("damaged")); };
      script.src = `${root}keys/${file}.js`;
      document.head.append(script);
    });
  }

  async function fetchRing({ id, key }) {
    let found;
    try {
      found = await load(id, "storebookKeyring");
    } catch (problem) {
      const [retired] = await load("retired", "storebookRetired").catch(() => [[]]);
      throw retired.includes(id) ? new Mistake("retired") : problem;
    }
    const [name, tag, data] = found;
    const ring = await open(key, tag, data, ["storebook keyring", VERSION, name]).catch(() => { throw new Mistake("damaged"); });
    const keys = await Promise.all(
      ring.keys.map(async (own) => ({ ...own, key: await hkdfKey(bytes(own.key)) })),
    );
    const audiences = [...new Set(keys.map(({ scope }) => scope.split("|")[0]))];
    return { ...ring, keys, audiences, unlock: { id, key } };
  }

  // ---- Showing ----

  const show = (element, wanted) => { element.hidden = !wanted; };
  const working = main.querySelector(".unlock-working");
  const problemLine = main.querySelector(".unlock-problem");

  function say(word, values = {}) {
    let text = words[word];
    for (const [name, value] of Object.entries(values)) text = text.replace(`{${name}}`, value);
    problemLine.textContent = text;
    show(problemLine, true);
    show(working, false);
  }

  function ask(word, values) {
    show(working, false);
    show(form, true);
    if (word) say(word, values);
    form.elements.code.focus();
  }

  function listPlaces(ring) {
    const list = main.querySelector(".unlock-places");
    const places = ring.places[language] ?? [];
    const home = ring.home[language];
    const all = places.length ? places : home ? [{ title: words.places, path: home }] : [];
    list.replaceChildren(...all.map(({ title, path: way }) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = root + way;
      link.textContent = title;
      item.append(link);
      return item;
    }));
    show(list, all.length > 0);
  }

  /** Where a reader who came back left off, else what the address names. */
  function arrive() {
    const { y } = history.state ?? {};
    if (history.scrollRestoration === "manual" && typeof y === "number") scrollTo({ top: y, behavior: "instant" });
    else if (location.hash.length > 1) reading.toAnchor(location.hash);
  }

  /** Shows the page with the keys of a ring; false when none of them fits. */
  async function tryRing(ring) {
    const page = await reading.unseal(shell, ring);
    if (!page) return false;
    reading.show(reading.prepare(page, shell, ring));
    arrive();
    return true;
  }

  async function enter(ring) {
    if (variants.length === 0) {
      const home = ring.home[language] ?? Object.values(ring.home)[0];
      location.replace(root + home);
      return;
    }
    if (await tryRing(ring)) return;
    // The keys may have been replaced since this ring was read.
    const renewed = await fetchRing(ring.unlock);
    await keep({ ...renewed, until: ring.until ?? 0 });
    if (await tryRing(renewed)) return;
    say("not-yours");
    listPlaces(renewed);
    show(form, true);
  }

  async function openWith(typed, stay) {
    show(form, false);
    show(problemLine, false);
    working.textContent = words.opening;
    show(working, true);
    try {
      const ring = await fetchRing(await unlockOf(read(typed), salt));
      const until = stay ? Date.now() + WEEK : 0;
      marker.put();
      await keep({ ...ring, until });
      await enter({ ...ring, until });
    } catch (problem) {
      tell(problem);
    }
  }

  async function tell(problem) {
    if (!(problem instanceof Mistake)) {
      say("damaged");
      throw problem;
    }
    if (problem.word === "retired") await forget();
    ask(problem.word, problem.values);
  }

  async function start() {
    // It comes when it comes; without it nothing can be opened, and the page says that it needs scripts.
    if (!self.storebookRing) await new Promise((resolve) => { self.addEventListener("storebook:ring", resolve, { once: true }); });
    ({ forget, keep, kept, marker } = self.storebookRing);
    show(main.querySelector(".unlock-script"), false);
    if (!self.isSecureContext || !self.crypto?.subtle) return say("insecure");
    if (!("DecompressionStream" in self)) return say("old-browser");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      openWith(form.elements.code.value, form.elements.keep.checked);
    });
    // A code in the address is taken out of it at once.
    const given = /^#[0-9A-Za-z-]{27,40}$/.test(location.hash) ? location.hash : "";
    if (given) {
      history.replaceState(null, "", location.pathname + location.search);
      return openWith(given, false);
    }
    const ring = await kept(variants.map(({ key }) => key));
    if (!ring) return ask();
    try {
      await enter(ring);
    } catch (problem) {
      await tell(problem);
    }
  }

  start();
})();
