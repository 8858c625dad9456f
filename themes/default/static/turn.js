// The next page without a load: a link from an opened page to another of the same book is fetched, opened with the keys
// at hand and put in the place of the one that is read. Whatever is not exactly that is left to the browser, which loads
// the page as always; so nothing here has to work for a reader to get on.
"use strict";

(() => {
  const reading = self.storebookReading;
  // From a folder nothing can be fetched.
  if (!reading || !/^https?:$/.test(location.protocol)) return;

  /** How long bytes that were fetched ahead are as good as new; how many pages are at hand for going back. */
  const FRESH = 10000;
  const MOST = 12;
  /** After this long the browser shall load the page itself, and show that it does. */
  const PATIENCE = 8000;
  /** A code in an address is for the page that asks for it. */
  const CODE = /^#[0-9A-Za-z-]{27,40}$/;

  const withoutHash = (href) => href.split("#")[0];
  const here = () => withoutHash(location.href);

  // ---- Bytes ----

  /** Shells as the host gave them, still sealed, by address; the newest last. */
  const shelf = new Map();

  async function fetchShell(address, signal) {
    const answer = await fetch(address, { signal });
    const html = /^text\/html\b/i.test(answer.headers.get("content-type") ?? "");
    const shell = answer.ok && html ? reading.shellOf(new DOMParser().parseFromString(await answer.text(), "text/html"), answer.url) : null;
    if (!shell?.variants.length || shell.frame !== reading.own.frame) throw new Error("not a page that can come in here");
    return shell;
  }

  /** The shell at an address: from the shelf if it is new enough, else from the host. */
  function take(address, age) {
    const known = shelf.get(address);
    if (known && performance.now() - known.at < age) return known.shell;
    const stop = new AbortController();
    const entry = { at: performance.now(), stop, shell: fetchShell(address, stop.signal) };
    entry.shell.catch(() => { if (shelf.get(address) === entry) shelf.delete(address); });
    shelf.delete(address);
    shelf.set(address, entry);
    if (shelf.size > MOST) shelf.delete(shelf.keys().next().value);
    return entry.shell;
  }

  // ---- Keys ----

  /** Keys of the kept ring beside those at hand; none if it is gone or another person's. */
  async function fetchKeys(ring, names) {
    const missing = names.filter((name) => !ring.keys.some(({ id }) => id === name));
    if (missing.length === 0) return;
    const kept = await self.storebookRing.readRing(missing);
    if (kept?.unlock.id === ring.unlock.id) ring.keys.push(...kept.keys);
  }

  /** A page ready to be shown; throws where the browser should load it, and say what is to be said. */
  async function ready(address, age) {
    const shell = await take(address, age);
    const { ring } = reading.now;
    const names = shell.variants.map(({ key }) => key);
    if (!ring.keys.some(({ id }) => names.includes(id))) await fetchKeys(ring, names);
    const page = await reading.unseal(shell, ring);
    if (!page) throw new Error("no key fits");
    return reading.prepare(page, shell, ring);
  }

  /** The page that a reader seems to mean, made ready ahead of the click; in memory only, and only one. */
  let foreseen = null;

  function foresee(address) {
    if (foreseen?.address === address && performance.now() - foreseen.at < FRESH) return;
    foreseen = { address, at: performance.now(), next: ready(address, FRESH) };
    foreseen.next.catch(() => {});
  }

  /** What was made ready for an address, once: it is put into the document. */
  function readyNow(address, age) {
    const ours = foreseen?.address === address && performance.now() - foreseen.at < FRESH ? foreseen.next : null;
    foreseen = null;
    return ours ?? ready(address, age);
  }

  /** The visit still goes on, as a load would find it. */
  const visiting = () => self.storebookRing.marker.set || reading.now?.ring.until > Date.now();

  // ---- Where readers left off ----

  /** By the id in the state of a history entry. */
  const positions = new Map();
  let entry = null;
  let saving = 0;

  function nameEntry() {
    if (!history.state?.storebook) history.replaceState({ ...history.state, storebook: crypto.randomUUID() }, "");
    entry = history.state.storebook;
  }

  /** With the entry itself, for a reader who comes back to it by a load. */
  function saveEntry() {
    if (history.scrollRestoration !== "manual" || history.state?.storebook !== entry) return;
    try { history.replaceState({ storebook: entry, y: scrollY }, ""); } catch { /* too often for this browser */ }
  }

  addEventListener("scroll", () => {
    if (turning || !entry || here() !== reading.now?.shell.address) return;
    positions.set(entry, scrollY);
    clearTimeout(saving);
    saving = setTimeout(saveEntry, 250);
  }, { passive: true });

  const scrollToY = (y) => scrollTo({ top: y, behavior: "instant" });

  // ---- Turning ----

  /** The page that is on its way; another click or the way back takes its place. */
  let turning = null;
  let turned = 0;

  function cancel(next) {
    if (!turning) return;
    clearTimeout(turning.patience);
    if (turning.address !== next) shelf.get(turning.address)?.stop.abort();
    turning = null;
    document.documentElement.classList.remove("turning");
  }

  function focus(element) {
    if (!element) return;
    if (element.tabIndex < 0 && !element.hasAttribute("tabindex")) {
      element.tabIndex = -1;
      element.addEventListener("blur", () => element.removeAttribute("tabindex"), { once: true });
    }
    element.focus({ preventScroll: true });
  }

  /** Fetches and opens; then `arrive` gives the document the page's address, or `plainly` loads. Returns to `y` if given. */
  async function turn(address, age, { leave, arrive, plainly, y }) {
    cancel(address);
    const mine = { address, patience: setTimeout(() => { cancel(); plainly(); }, PATIENCE) };
    turning = mine;
    document.documentElement.classList.add("turning");
    let next;
    try {
      next = await readyNow(address, age);
    } catch {
      if (turning !== mine) return;
      cancel();
      if (reading.now) plainly();
      return;
    }
    if (turning !== mine) return;
    cancel(address);
    // Locked meanwhile: that loads the page anew by itself.
    if (!reading.now) return;
    const menu = document.querySelector(".menu")?.scrollTop;
    leave?.();
    // Browsers look for the icon again once the address is another.
    for (const icon of document.head.querySelectorAll("link[rel=icon]")) if (icon.getAttribute("href") !== icon.href) icon.setAttribute("href", icon.href);
    reading.show(next, () => arrive(next.shell.address));
    turned = performance.now();
    if (menu) document.querySelector(".menu").scrollTop = menu;
    const named = location.hash.length > 1 ? reading.toAnchor(location.hash) : null;
    if (y !== undefined || !named) scrollToY(y ?? 0);
    focus(named ?? document.querySelector("main h1") ?? document.querySelector("main"));
    reading.announce(document.title);
    document.dispatchEvent(new Event("storebook:turned"));
  }

  /** Goes to a page that is not the shown one; false where only the browser can. */
  function follow(target) {
    if (!canFollow(target)) return false;
    if (turning?.address === withoutHash(target.href)) return true;
    turn(withoutHash(target.href), FRESH, {
      leave() {
        positions.set(entry, scrollY);
        history.scrollRestoration = "manual";
        saveEntry();
      },
      arrive(address) {
        history.pushState({ storebook: crypto.randomUUID() }, "", address + target.hash);
        entry = history.state.storebook;
      },
      plainly: () => location.assign(target.href),
    });
    return true;
  }

  function canFollow({ href, origin, pathname, search, hash }) {
    const { now } = reading;
    return now && visiting() && origin === location.origin && href.startsWith(now.shell.book) && !search
      && /(\/|\.html)$/.test(pathname) && !CODE.test(hash) && !isShown(pathname);
  }

  const bare = (pathname) => pathname.replace(/index\.html$/, "");
  const isShown = (pathname) => bare(pathname) === bare(new URL(reading.now.shell.address).pathname);

  addEventListener("popstate", ({ state }) => {
    cancel();
    // Nothing is open here (the code is asked for), or no longer: only a load can show the page.
    if (!reading.now) {
      if (here() !== reading.own.address) location.reload();
      return;
    }
    if (here() === reading.now.shell.address) return moveWithin(state);
    const y = positions.get(state?.storebook) ?? state?.y;
    const plainly = () => location.reload();
    if (visiting()) turn(here(), Infinity, { arrive: nameEntry, plainly, y });
    else plainly();
  });

  /** Between places of one page. To a new one the browser scrolls; back to one of ours it may leave that to us. */
  function moveWithin(state) {
    nameEntry();
    if (!state?.storebook || history.scrollRestoration !== "manual") return;
    const y = positions.get(state.storebook) ?? state.y;
    if (y !== undefined) scrollToY(y);
    else if (!reading.toAnchor(location.hash)) scrollToY(0);
  }

  // ---- Links ----

  /** Where a link leads, seen from the page it stands in: on the way back the document's address is ahead of it. */
  const targetOf = (link) => { try { return new URL(link.getAttribute("href"), reading.now.shell.address); } catch { return null; } };

  function ourLink(event) {
    const link = event.target.closest?.("a[href]");
    if (!reading.now || !(link instanceof HTMLAnchorElement)) return null;
    const elsewhere = (link.target && link.target !== "_self") || link.hasAttribute("download");
    const audience = link.closest("[data-audience]")?.dataset.audience;
    const language = link.hreflang && link.hreflang !== document.documentElement.lang;
    return { link, ours: !elsewhere && audience !== "public" && !language, audience };
  }

  for (const kind of ["click", "auxclick"]) {
    addEventListener(kind, (event) => {
      const found = reading.now && here() !== reading.now.shell.address ? ourLink(event) : null;
      if (found && targetOf(found.link)) found.link.href = targetOf(found.link).href;
    }, { capture: true });
  }

  document.addEventListener("click", (event) => {
    const modified = event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    const found = event.defaultPrevented || modified ? null : ourLink(event);
    if (!found) return;
    // The second half of a double click was meant for the page that is gone.
    if (event.detail > 1 && performance.now() - turned < 500) return event.preventDefault();
    const target = found.ours ? targetOf(found.link) : null;
    if (target && follow(target)) event.preventDefault();
    else if (!found.link.hasAttribute("download")) cancel();
  });

  // ---- Ahead of the click ----

  let waiting = 0;

  /** A page of the same audience, once a reader seems to mean it. */
  function ahead(event, delay) {
    clearTimeout(waiting);
    const found = ourLink(event);
    if (!found?.ours || found.audience !== reading.now.audience || navigator.connection?.saveData) return;
    const target = targetOf(found.link);
    if (target && canFollow(target)) waiting = setTimeout(() => foresee(withoutHash(target.href)), delay);
  }

  document.addEventListener("pointerover", (event) => { if (event.pointerType === "mouse") ahead(event, 40); });
  document.addEventListener("focusin", (event) => ahead(event, 40));
  // A finger that begins to scroll means no link.
  document.addEventListener("pointerdown", (event) => ahead(event, event.pointerType === "mouse" ? 0 : 60));
  document.addEventListener("pointercancel", () => clearTimeout(waiting));

  // ---- Start ----

  const whenIdle = self.requestIdleCallback ?? ((work) => setTimeout(work, 200));
  document.addEventListener("storebook:content", () => {
    nameEntry();
    const { ring } = reading.now;
    whenIdle(() => { if (ring.near) fetchKeys(ring, ring.near); });
  }, { once: true });

  self.storebookTurn = { follow };
})();
