// Opens sealed pages with the reader's access code, by the format in sealing.js, with the keys that ring.js
// keeps; nothing is sent anywhere.
"use strict";

(() => {
  const main = document.querySelector("main.unlock");
  if (!main) return;
  const { root, path, salt } = main.dataset;
  const language = document.documentElement.lang;
  const form = main.querySelector("form");
  const words = Object.fromEntries(
    [...main.querySelectorAll(".unlock-words dt")].map((term) => [term.textContent, term.nextElementSibling.textContent]),
  );
  const variants = [...document.querySelectorAll("template.variant")].map((template) => ({
    key: template.dataset.key,
    tag: template.dataset.tag,
    data: template.content.textContent,
  }));
  const { VERSION, Mistake, bytes, hkdfKey, open, read, unlockOf } = self.storebookSealing;
  let channel, forget, keep, kept, marker;
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

  /** Nothing that runs is in a page; whoever writes to the host could not make it so either. */
  function fragment(html) {
    const parsed = new DOMParser().parseFromString(html, "text/html");
    parsed.querySelectorAll("script, iframe, object, embed, base, meta").forEach((element) => element.remove());
    for (const element of parsed.body.querySelectorAll("*")) {
      for (const { name, value } of [...element.attributes]) {
        const runs = name.startsWith("on") || /^\s*(javascript|data|vbscript):/i.test(value);
        if (runs && !(element.localName === "img" && name === "src")) element.removeAttribute(name);
      }
    }
    return parsed.body.childNodes;
  }

  /** Links to what this reader cannot open are no help. */
  function fit(body, ring) {
    const own = new Set(ring.audiences);
    for (const element of body.querySelectorAll("[data-audience]")) {
      const audience = element.dataset.audience;
      if (!audience || audience === "public" || own.has(audience)) continue;
      if (element.localName === "a" && element.closest(".breadcrumb")) element.replaceWith(...element.childNodes);
      else element.remove();
    }
    body.querySelectorAll(".menu-group").forEach((group) => { if (!group.querySelector("li")) group.remove(); });
    const home = ring.home[language];
    if (home && !own.has("hq")) body.querySelectorAll("a.brand").forEach((link) => { link.href = root + home; });
  }

  function lockBar(ring) {
    const bar = document.createElement("div");
    bar.className = "lock-bar screen-only";
    const name = document.createElement("span");
    name.textContent = ring.name;
    bar.append(name);
    const places = ring.places[language] ?? [];
    if (places.length > 1) {
      const choice = document.createElement("select");
      choice.setAttribute("aria-label", words.places);
      for (const { title, path: way } of places) choice.append(new Option(title, way, false, way === path));
      if (!places.some(({ path: way }) => way === path)) choice.prepend(new Option(words.places, "", true, true));
      choice.addEventListener("change", () => { if (choice.value) location.href = root + choice.value; });
      bar.append(choice);
    }
    const lock = document.createElement("button");
    lock.type = "button";
    lock.className = "button quiet";
    lock.textContent = words.lock;
    lock.addEventListener("click", async () => {
      await forget();
      channel?.postMessage("locked");
      location.reload();
    });
    bar.append(lock);
    return bar;
  }

  const TYPES = { csv: "text/csv", xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" };

  function serveDownloads(files) {
    const byName = new Map(files.map((file) => [file.name, file.bytes]));
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.("a[download]");
      const data = link && byName.get(link.getAttribute("href"));
      if (data === undefined || data === null || event.defaultPrevented) return;
      event.preventDefault();
      const ending = link.getAttribute("href").split(".").pop();
      const save = document.createElement("a");
      save.href = URL.createObjectURL(new Blob([bytes(data)], { type: TYPES[ending] ?? "application/octet-stream" }));
      save.download = link.download;
      save.click();
      setTimeout(() => URL.revokeObjectURL(save.href), 10000);
    });
  }

  function put(page, ring) {
    document.title = page.title;
    const body = document.createElement("body");
    body.className = page.class;
    body.append(...fragment(page.body));
    fit(body, ring);
    body.prepend(lockBar(ring));
    document.body.replaceWith(body);
    serveDownloads(page.files);
    body.dispatchEvent(new CustomEvent("storebook:content", { bubbles: true }));
    if (location.hash.length > 1) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
    channel?.addEventListener("message", ({ data }) => {
      if (data === "anyone?") channel.postMessage("here");
      if (data === "locked") location.reload();
    });
  }

  /** The page stands at the address it was sealed for. Some hosts leave index.html out. */
  function inPlace() {
    let here = location.pathname;
    try { here = decodeURIComponent(here); } catch { /* compared as it is */ }
    const folder = path.replace(/index\.html$/, "");
    return here.endsWith(`/${path}`) || here.endsWith(`/${folder}`) || here.endsWith(`/${folder.replace(/\/$/, "")}`);
  }

  /** Shows the page with the keys of a ring; false when none of them fits. */
  async function tryRing(ring) {
    for (const { key, tag, data } of variants) {
      const own = ring.keys.find(({ id }) => id === key);
      if (!own) continue;
      const about = ["storebook page", VERSION, path, own.scope, String(own.epoch)];
      const page = await open(own.key, tag, data, about).catch(() => { throw new Mistake("damaged"); });
      if (!inPlace()) throw new Mistake("moved");
      put(page, ring);
      return true;
    }
    return false;
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
    ({ channel, forget, keep, kept, marker } = self.storebookRing);
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
