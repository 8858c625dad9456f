// A sealed page as a reader gets it: what its shell says, the page opened with the reader's keys, and its place in
// this document. unlock.js shows the first page with it, turn.js those after it.
"use strict";

(() => {
  const entrance = document.querySelector("main.unlock");
  if (!entrance) return;
  const { VERSION, Mistake, bytes, open } = self.storebookSealing;
  const language = document.documentElement.lang;
  const words = Object.fromEntries(
    [...entrance.querySelectorAll(".unlock-words dt")].map((term) => [term.textContent, term.nextElementSibling.textContent]),
  );

  /** What is read now: shell, ring, audience. Null until a page was opened, and again after locking. */
  let now = null;

  // ---- Shells ----

  /** A published page before it is opened; null where nothing is sealed. Addresses are whole, wherever the page came from. */
  function shellOf(parsed, href) {
    const main = parsed.querySelector("main.unlock");
    if (!main) return null;
    const address = href.split("#")[0];
    const whole = (element) => new URL(element.getAttribute("href") ?? element.getAttribute("src"), address).href;
    const { root, path, salt } = main.dataset;
    const variants = [...parsed.querySelectorAll("template.variant")].map((template) => ({
      key: template.dataset.key,
      tag: template.dataset.tag,
      data: template.content.textContent,
    }));
    const book = new URL(root, address).href;
    // Where pages agree in this, one may come in the place of another: same book, language, policy, scripts and styles.
    // What an extension of the browser put into the head is none of ours.
    const assets = [...parsed.head.querySelectorAll("link[href], script[src]")].map(whole).filter((asset) => asset.startsWith(book));
    const frame = JSON.stringify([book, salt, parsed.documentElement.lang, parsed.querySelector("meta[http-equiv]")?.content, assets]);
    return { address, book, root, path, salt, variants, frame };
  }

  const own = shellOf(document, location.href);

  /** The page stands at the address it was sealed for. Some hosts leave index.html out. */
  function inPlace({ address, path }) {
    let here = new URL(address).pathname;
    try { here = decodeURIComponent(here); } catch { /* compared as it is */ }
    const folder = path.replace(/index\.html$/, "");
    return here.endsWith(`/${path}`) || here.endsWith(`/${folder}`) || here.endsWith(`/${folder.replace(/\/$/, "")}`);
  }

  /** Opens a page with the keys of a ring; null when none of them fits. */
  async function unseal(shell, ring) {
    for (const { key, tag, data } of shell.variants) {
      const fitting = ring.keys.find(({ id }) => id === key);
      if (!fitting) continue;
      const about = ["storebook page", VERSION, shell.path, fitting.scope, String(fitting.epoch)];
      const page = await open(fitting.key, tag, data, about).catch(() => { throw new Mistake("damaged"); });
      if (!inPlace(shell)) throw new Mistake("moved");
      return { ...page, audience: fitting.scope.split("|")[0] };
    }
    return null;
  }

  // ---- Content ----

  /** Nothing that runs is in a page; whoever writes to the host could not make it so either. */
  function fragment(html) {
    const parsed = new DOMParser().parseFromString(html, "text/html");
    parsed.querySelectorAll("script, iframe, object, embed, base, meta").forEach((element) => element.remove());
    for (const element of parsed.body.querySelectorAll("*")) {
      for (const name of element.getAttributeNames()) {
        const runs = name.startsWith("on") || /^\s*(javascript|data|vbscript):/i.test(element.getAttribute(name));
        if (runs && !(element.localName === "img" && name === "src")) element.removeAttribute(name);
      }
    }
    return parsed.body;
  }

  /** Links to what this reader cannot open are no help. */
  function fit(content, ring, root) {
    const opens = new Set(ring.audiences);
    for (const element of content.querySelectorAll("[data-audience]")) {
      const audience = element.dataset.audience;
      if (!audience || audience === "public" || opens.has(audience)) continue;
      if (element.localName === "a" && element.closest(".breadcrumb")) element.replaceWith(...element.childNodes);
      else element.remove();
    }
    content.querySelectorAll(".menu-group").forEach((group) => { if (!group.querySelector("li")) group.remove(); });
    const home = ring.home[language];
    if (home && !opens.has("hq")) content.querySelectorAll("a.brand").forEach((link) => link.setAttribute("href", root + home));
  }

  function choiceOf(places, { address, root, path }) {
    const choice = document.createElement("select");
    choice.setAttribute("aria-label", words.places);
    for (const { title, path: way } of places) choice.append(new Option(title, way, false, way === path));
    if (!places.some(({ path: way }) => way === path)) choice.prepend(new Option(words.places, "", true, true));
    choice.addEventListener("change", () => {
      const target = new URL(root + choice.value, address);
      if (choice.value && !self.storebookTurn?.follow(target)) location.href = target.href;
    });
    return choice;
  }

  function wayTo({ title, path: way }, { root }) {
    const link = document.createElement("a");
    link.href = root + way;
    link.textContent = title;
    return link;
  }

  function lockBar(ring, shell) {
    const { channel, forget } = self.storebookRing;
    const bar = document.createElement("div");
    bar.className = "lock-bar screen-only";
    const name = document.createElement("span");
    name.textContent = ring.name;
    bar.append(name);
    const places = ring.places[language] ?? [];
    if (places.length > 1) bar.append(choiceOf(places, shell));
    else if (places.length && places[0].path !== shell.path) bar.append(wayTo(places[0], shell));
    const lock = document.createElement("button");
    lock.type = "button";
    lock.className = "button quiet";
    lock.textContent = words.lock;
    lock.addEventListener("click", async () => {
      now = null;
      await forget();
      channel?.postMessage("locked");
      location.reload();
    });
    bar.append(lock);
    return bar;
  }

  // ---- Downloads ----

  const TYPES = { csv: "text/csv", xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" };
  let files = new Map();

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[download]");
    const data = link && files.get(link.getAttribute("href"));
    if (data === undefined || data === null || event.defaultPrevented) return;
    event.preventDefault();
    const ending = link.getAttribute("href").split(".").pop();
    const save = document.createElement("a");
    save.href = URL.createObjectURL(new Blob([bytes(data)], { type: TYPES[ending] ?? "application/octet-stream" }));
    save.download = link.download;
    save.click();
    setTimeout(() => URL.revokeObjectURL(save.href), 10000);
  });

  // ---- Showing ----

  /** What a screen reader is told of pages that come in without a load. It stays where it is: only then is it heard. */
  const heard = document.createElement("p");
  heard.className = "sr-only screen-only";
  heard.setAttribute("role", "status");

  /** A page made ready for its reader, in a document of its own: here its pictures would be asked for from the wrong address. */
  function prepare(page, shell, ring) {
    const content = fragment(page.body);
    fit(content, ring, shell.root);
    return { page, shell, ring, content };
  }

  /** Puts a ready page in the place of what is shown. `arrive` changes the address: pictures would follow it while they stand. */
  function show({ page, shell, ring, content }, arrive = () => {}) {
    const first = now === null;
    now = { shell, ring, audience: page.audience };
    for (const old of [...document.body.childNodes]) if (old !== heard) old.remove();
    arrive();
    document.title = page.title;
    document.body.className = page.class;
    if (!heard.isConnected) document.body.append(heard);
    heard.before(lockBar(ring, shell), ...content.childNodes);
    files = new Map(page.files.map((file) => [file.name, file.bytes]));
    document.body.dispatchEvent(new CustomEvent("storebook:content", { bubbles: true }));
    if (first) listenToOthers(self.storebookRing.channel);
  }

  /** Tabs of one visit: this one says that it is open, and locks with the others. */
  function listenToOthers(channel) {
    channel?.addEventListener("message", ({ data }) => {
      if (data === "anyone?" && now) channel.postMessage("here");
      if (data === "locked") { now = null; location.reload(); }
    });
  }

  /** Scrolls to what the fragment of an address names and returns it; null where it names nothing. */
  function toAnchor(hash) {
    let id = hash.slice(1);
    try { id = decodeURIComponent(id); } catch { /* looked for as it is */ }
    const named = id ? document.getElementById(id) : null;
    named?.scrollIntoView({ behavior: "instant" });
    return named;
  }

  self.storebookReading = {
    get now() { return now; },
    own, words, shellOf, unseal, prepare, show, toAnchor,
    announce: (text) => { heard.textContent = text; },
  };
})();
