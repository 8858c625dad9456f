// The next sealed page without a load: what a reader gets is what a load gives, and whatever is not an ordinary step from
// one opened page to another of the same book is loaded as always.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { DESK, PHONE, STRICT_CSP, TODAY, axeFaults, fileUrl, launch, none, open, run, serve, site, take } from "./support.mjs";

const PREFIX = "/book/";

describe("turning sealed pages", () => {
  let browser;
  let host;
  let folder;
  let codes;
  before(async () => {
    folder = site("sealed");
    codes = JSON.parse(readFileSync(path.join(folder, "..", "codes.json"), "utf8"));
    browser = await launch();
    host = await serve(folder, PREFIX);
  });
  after(async () => {
    host?.close();
    await browser?.close();
  });

  const opened = (page) => page.locator("body.report main h1").waitFor();

  /** A reader who has opened a page by code. */
  async function reader(address, code = codes.owner, options = {}) {
    const all = await open(browser, options);
    await all.page.goto(`${(options.host ?? host).base}${address}`);
    await all.page.locator("#code").fill(code);
    await all.page.locator(".unlock-form button").click();
    await opened(all.page);
    await mark(all.page);
    return { ...all, at: (way) => `${(options.host ?? host).base}${way}` };
  }
  /** The document is marked: a load takes the mark away. */
  const mark = (page) => page.evaluate(() => { self.marked = true; });
  const turned = (page) => page.evaluate(() => self.marked === true);
  const menu = (page, address) => page.locator(`.menu a[href$="${address}/index.html"]`);
  const current = (page) => page.locator(".menu [aria-current=page]").evaluate((link) => link.href);
  const currently = (page, href) => page.waitForFunction((href) => document.querySelector(".menu [aria-current=page]")?.href === href, href);
  /** Browsers ask for it whenever an address changes. */
  const isIcon = (url) => url.includes("/assets/favicon.");
  const heading = (page) => page.locator("main h1").textContent();
  /** A link to anywhere, at the top of the text. */
  const link = (page, href, attributes = {}) => page.evaluate(([href, attributes]) => {
    const made = document.createElement("a");
    Object.entries({ href, id: "made", ...attributes }).forEach(([name, value]) => made.setAttribute(name, value));
    made.textContent = "made";
    document.querySelector(".content").prepend(made);
  }, [href, attributes]);
  const scrolled = (page, y) => page.waitForFunction((y) => Math.abs(scrollY - y) < 2, y);
  const waitForUrl = (page, href) => page.waitForFunction((href) => location.href === href, href);

  test("c47: a click in the sidebar turns the page, and a screen reader knows", async () => {
    const { context, page, problems, at } = await reader("overview/index.html");
    const said = page.locator("body > [role=status].sr-only");
    assert.equal(await said.textContent(), "", "nothing is said of a page that was loaded");
    await page.evaluate(() => scrollTo(0, 500));
    await menu(page, "products").click();
    await waitForUrl(page, at("products/index.html"));
    assert.ok(await turned(page), "no load");
    assert.equal(await current(page), at("products/index.html"));
    assert.match(await page.title(), new RegExp(`^${await heading(page)} · `));
    assert.equal(await page.locator(".breadcrumb [aria-current]").textContent(), await heading(page));
    assert.equal(await said.textContent(), await page.title());
    assert.equal(await page.evaluate(() => document.activeElement.localName), "h1");
    assert.equal(await page.evaluate(() => scrollY), 0);
    none(await axeFaults(page), "accessibility");
    // By the keyboard too, and the heading is no stop of the Tab key afterwards.
    await menu(page, "rfm").focus();
    await page.keyboard.press("Enter");
    await waitForUrl(page, at("rfm/index.html"));
    assert.ok(await turned(page));
    await page.keyboard.press("Tab");
    assert.equal(await page.locator("h1[tabindex]").count(), 0);
    assert.deepEqual(take(problems), []);
    assert.deepEqual(host.misses, []);
    await context.close();
  });

  test("c47: the way back and forward, with the place on the page, also after a load", async () => {
    const { context, page, problems, at } = await reader("overview/index.html", codes.owner, { viewport: PHONE });
    const go = async (address) => { await page.locator(".menu > summary").click(); await menu(page, address).click(); await waitForUrl(page, at(`${address}/index.html`)); };
    await page.evaluate(() => scrollTo({ top: 700, behavior: "instant" }));
    await page.evaluate(() => document.querySelector(".menu a[href$='products/index.html']").click());
    await waitForUrl(page, at("products/index.html"));
    await page.evaluate(() => scrollTo({ top: 400, behavior: "instant" }));
    await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));
    await page.goBack();
    await scrolled(page, 700);
    assert.equal(page.url(), at("overview/index.html"));
    assert.equal(await page.title(), await page.evaluate(() => `${document.querySelector("h1").textContent} · ${document.querySelector(".brand-title").textContent}`));
    await page.goForward();
    await scrolled(page, 400);
    assert.ok(await turned(page) && page.url() === at("products/index.html"));
    await page.evaluate(() => scrollTo(0, 0));
    await go("rfm");
    assert.ok(await turned(page));
    // A load in the middle: the pages before and after still belong to this history.
    await page.reload();
    await opened(page);
    await page.goBack();
    await currently(page, at("products/index.html"));
    await page.goBack();
    await currently(page, at("overview/index.html"));
    await scrolled(page, 700);
    await page.goto(at("index.html"));
    await page.goBack();
    await opened(page);
    assert.equal(page.url(), at("overview/index.html"));
    await scrolled(page, 700);
    assert.deepEqual(take(problems), []);
    await context.close();
  });

  test("c47: the way back to a page that cannot come in any more is a load", async () => {
    const { context, page, at } = await reader("overview/index.html");
    await menu(page, "products").click();
    await waitForUrl(page, at("products/index.html"));
    // The page was taken from the book; its address shows the book's page for that.
    await page.route(at("products/index.html"), (route) => route.fulfill({ status: 404, contentType: "text/html", body: readFileSync(path.join(folder, "404.html"), "utf8").replaceAll('"assets/', '"../assets/') }));
    await page.reload();
    await page.getByText("没有这个页面").first().waitFor();
    await page.goBack();
    await opened(page);
    assert.equal(page.url(), at("overview/index.html"));
    // Locked, the code is asked for; the page before asks too.
    await page.unroute(at("products/index.html"));
    await menu(page, "rfm").click();
    await waitForUrl(page, at("rfm/index.html"));
    await page.getByRole("button", { name: "锁定" }).click();
    await page.locator(".unlock-form:not([hidden])").waitFor();
    assert.equal(page.url(), at("rfm/index.html"));
    await mark(page);
    await page.goBack();
    await page.waitForFunction(() => !self.marked);
    await page.locator(".unlock-form:not([hidden])").waitFor();
    assert.equal(await page.locator("main").getAttribute("data-path"), "overview/index.html");
    await context.close();
  });

  test("c47: anchors, on another page and within one", async () => {
    const { context, page, problems, at } = await reader("overview/index.html");
    await menu(page, "about/definitions").click();
    await waitForUrl(page, at("about/definitions/index.html"));
    const id = await page.evaluate(() => [...document.querySelectorAll(".content h2[id]")].at(-1).id);
    await menu(page, "overview").click();
    await waitForUrl(page, at("overview/index.html"));
    await link(page, `../about/definitions/index.html#${encodeURIComponent(id)}`);
    await page.locator("#made").click();
    await waitForUrl(page, at(`about/definitions/index.html#${encodeURIComponent(id)}`));
    const place = () => page.evaluate((id) => {
      const box = document.getElementById(id).getBoundingClientRect();
      const end = scrollY + innerHeight >= document.documentElement.scrollHeight - 1;
      return { seen: box.top >= -1 && (box.top < 80 || end), focused: document.activeElement.id === id };
    }, id);
    assert.deepEqual(await place(), { seen: true, focused: true });
    assert.ok(await turned(page));
    const low = await page.evaluate(() => scrollY);
    assert.ok(low > 0);
    // Within the page the browser does it: no request.
    const asked = [];
    page.on("request", (request) => { if (!isIcon(request.url())) asked.push(request.url()); });
    const other = await page.evaluate(() => document.querySelector(".content h2[id]").id);
    await link(page, `#${encodeURIComponent(other)}`);
    await page.evaluate(() => document.querySelector("#made").click());
    await waitForUrl(page, at(`about/definitions/index.html#${encodeURIComponent(other)}`));
    await page.waitForFunction((low) => scrollY < low - 100, low);
    await page.goBack();
    await waitForUrl(page, at(`about/definitions/index.html#${encodeURIComponent(id)}`));
    await page.waitForFunction((low) => scrollY > low - 100, low);
    assert.ok(await turned(page));
    assert.deepEqual(asked, []);
    assert.deepEqual(take(problems), []);
    await context.close();
  });

  test("c47: tables sort and filter, downloads are those of the page that is read", async () => {
    const { context, page, problems, at } = await reader("stores/s001/index.html");
    const saved = async () => {
      const [download] = await Promise.all([page.waitForEvent("download"), page.locator("a[download$='.csv']").first().click()]);
      return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
    };
    const first = await saved();
    await link(page, "../s002/index.html");
    await page.locator("#made").click();
    await waitForUrl(page, at("stores/s002/index.html"));
    assert.ok(await turned(page));
    const second = await saved();
    assert.match(second.name, /\.csv$/);
    assert.notEqual(second.text, first.text, "not the table of the page before");
    // A load gives the same file.
    await page.reload();
    await opened(page);
    assert.deepEqual(await saved(), second);
    await mark(page);
    await link(page, "../index.html");
    await page.locator("#made").click();
    await waitForUrl(page, at("stores/index.html"));
    assert.ok(await turned(page));
    const table = page.locator(".table:has(.sort)").first();
    const rows = () => table.locator("tbody tr:visible").allTextContents();
    const published = await rows();
    await table.locator(".sort").nth(1).click();
    await table.locator(".sort").nth(1).click();
    assert.notDeepEqual(await rows(), published);
    assert.deepEqual((await rows()).toSorted(), published.toSorted());
    await page.locator(".lock-bar").first().waitFor();
    assert.equal(await page.locator(".lock-bar").count(), 1);
    assert.deepEqual(take(problems), []);
    await context.close();
  });

  test("c47: the list of a manager's stores turns pages; locking works from any page and in every tab", async () => {
    const { context, page, problems, at } = await reader("today/s001/index.html", codes.E1);
    await page.getByRole("combobox", { name: "我的页面" }).selectOption({ index: 1 });
    await waitForUrl(page, at("today/s004/index.html"));
    assert.ok(await turned(page));
    assert.equal(await page.getByRole("combobox", { name: "我的页面" }).inputValue(), "today/s004/index.html");
    const second = await context.newPage();
    await second.goto(at("stores/s001/index.html"));
    await opened(second);
    await second.getByRole("button", { name: "锁定" }).click();
    for (const each of [page, second]) await each.locator(".unlock-form:not([hidden])").waitFor();
    assert.equal(page.url(), at("today/s004/index.html"));
    assert.deepEqual(take(problems), []);
    await context.close();
  });

  test("c47: the second click counts, and locking stops a page on its way", async () => {
    const { context, page, at } = await reader("overview/index.html");
    let release;
    const held = new Promise((resolve) => { release = resolve; });
    await page.route(at("products/index.html"), async (route) => { await held; await route.continue().catch(() => {}); });
    await menu(page, "products").click();
    assert.ok(await page.evaluate(() => document.documentElement.matches(".turning")), "a bar says that a page is on its way");
    await menu(page, "rfm").click();
    await waitForUrl(page, at("rfm/index.html"));
    release();
    await page.unroute(at("products/index.html"));
    assert.ok(await page.evaluate(() => !document.documentElement.matches(".turning")));
    await page.goBack();
    await waitForUrl(page, at("overview/index.html"));
    assert.ok(await turned(page), "one step back: the first click left nothing");
    // The second half of a double click does nothing to the page that came.
    await menu(page, "products").dblclick();
    await waitForUrl(page, at("products/index.html"));
    await currently(page, at("products/index.html"));
    assert.ok(await turned(page));
    // Locked while a page is on its way: nothing of it is shown.
    const gate = {};
    gate.open = new Promise((resolve) => { gate.release = resolve; });
    await page.route(at("tiers/index.html"), async (route) => { await gate.open; await route.continue().catch(() => {}); });
    await menu(page, "tiers").click();
    await page.getByRole("button", { name: "锁定" }).click();
    gate.release();
    await page.locator(".unlock-form:not([hidden])").waitFor();
    assert.equal(page.url(), at("products/index.html"));
    await context.close();
  });

  test("c47: on the way back a link still leads where its page meant it", async () => {
    const { context, page, at } = await reader("about/definitions/index.html");
    await menu(page, "overview").click();
    await waitForUrl(page, at("overview/index.html"));
    for (const name of ["stores", "products", "rfm", "tiers", "segments", "alerts", "months", "data/quality", "data/changes", "about/guide", "service/feedback", "people", "data/arrivals"]) {
      if (await menu(page, name).count() === 0) continue;
      await menu(page, name).click();
      await waitForUrl(page, at(`${name}/index.html`));
    }
    const steps = await page.evaluate(() => history.length);
    let release;
    const held = new Promise((resolve) => { release = resolve; });
    // The first page has left the shelf by now, so the way back to it waits for the host.
    await page.route(at("about/definitions/index.html"), async (route) => { await held; await route.continue().catch(() => {}); });
    const shown = await heading(page);
    await page.evaluate((back) => history.go(-back), steps - 2);
    await waitForUrl(page, at("about/definitions/index.html"));
    assert.ok(await turned(page));
    assert.equal(await heading(page), shown, "the page before is still there");
    await menu(page, "rfm").click();
    await waitForUrl(page, at("rfm/index.html"));
    release();
    assert.ok(await turned(page));
    await context.close();
  });

  // ---- What is left to the browser ----

  /** From the overview, after `prepare`, a click on a link made to `href`; returns once another document stands there. */
  async function plainly({ page, at }, href, attributes = {}) {
    await link(page, href, attributes);
    await page.locator("#made").click();
    await page.waitForFunction(() => !self.marked);
    await page.waitForLoadState();
    return { url: page.url().replace(at(""), "") };
  }
  const problem = (page) => page.locator(".unlock-problem:not([hidden])").textContent();
  const only = (page, address, answer) => page.route(address, (route) => (route.request().resourceType() === "fetch" ? answer(route) : route.continue()));
  const html = (address) => readFileSync(path.join(folder, address), "utf8");

  const FALLBACKS = {
    "a public page": { href: "../index.html" },
    "another language": { href: "../en/overview/index.html" },
    "a link that says its language": { href: "../products/index.html", attributes: { hreflang: "en" } },
    "the page itself": { href: "index.html" },
    "an address with a question": { href: "../products/index.html?x=1" },
    "a code in the address": { href: () => `../products/index.html#${codes.owner.replaceAll("-", "")}`, url: "products/index.html" },
    "the entrance": { href: "../unlock/index.html", url: "overview/index.html" },
    "the host does not answer": { answer: (route) => route.abort() },
    "404": { answer: (route) => route.fulfill({ status: 404, contentType: "text/html", body: html("products/index.html") }) },
    "not a page": { answer: (route) => route.fulfill({ contentType: "text/plain", body: html("products/index.html") }) },
    "another release": { answer: (route) => route.fulfill({ contentType: "text/html", body: html("products/index.html").replace(/assets\/style\.\w+\.css/, "assets/style.00000000.css") }) },
    "another script": { answer: (route) => route.fulfill({ contentType: "text/html", body: html("products/index.html").replace(/assets\/site\.\w+\.js/, "assets/site.00000000.js") }) },
    "another policy": { answer: (route) => route.fulfill({ contentType: "text/html", body: html("products/index.html").replace("connect-src", "font-src") }) },
    "another book": { answer: (route) => route.fulfill({ contentType: "text/html", body: html("products/index.html").replaceAll(/data-salt="\w+"/g, 'data-salt="00"') }) },
    "a page of another place": { answer: (route) => route.fulfill({ contentType: "text/html", body: html("rfm/index.html") }) },
    "a damaged page": { answer: (route) => route.fulfill({ contentType: "text/html", body: html("products/index.html").replace(/data-tag="./, 'data-tag="_') }) },
    "a key that nobody holds": { answer: (route) => route.fulfill({ contentType: "text/html", body: html("products/index.html").replace(/data-key="\w+"/g, 'data-key="0000000000000000"') }) },
    "the visit is over": { before: (page) => page.evaluate(() => sessionStorage.clear()), asks: true },
  };
  for (const [why, { href = "../products/index.html", attributes, url, answer, before: first, asks }] of Object.entries(FALLBACKS)) {
    test(`c47: loaded as always: ${why}`, async () => {
      const all = await reader("overview/index.html");
      const { context, page, at } = all;
      if (answer) await only(page, at("products/index.html"), answer);
      await first?.(page);
      const target = typeof href === "function" ? href() : href;
      const landed = await plainly(all, target, attributes);
      if (asks) await page.locator(".unlock-form:not([hidden])").waitFor();
      else if (!target.startsWith("../index")) await opened(page);
      const expected = url ?? new URL(target, at("overview/index.html")).href.replace(at(""), "");
      if (url) await page.waitForURL(at(url));
      else assert.equal(landed.url, expected);
      await context.close();
    });
  }

  test("c47: loaded as always: a page that this reader's code does not open", async () => {
    const all = await reader("stores/s001/index.html", codes.E1);
    await plainly(all, "../../overview/index.html");
    assert.match(await problem(all.page), /不能打开这一页/);
    assert.equal(await all.page.locator(".unlock-places a").count(), 2);
    await all.context.close();
  });

  test("c47: loaded as always: a host whose policy lets nothing be fetched", async () => {
    const strict = await serve(folder, PREFIX, STRICT_CSP.replace(" connect-src 'self';", ""));
    const { context, page, at } = await reader("overview/index.html", codes.owner, { host: strict });
    await menu(page, "products").click();
    await page.waitForURL(at("products/index.html"));
    await opened(page);
    assert.ok(!await turned(page));
    await context.close();
    strict.close();
  });

  test("c47: loaded as always: a release with new keys, and the code that is retired there", async () => {
    const work = mkdtempSync(path.join(tmpdir(), "storebook-turning-"));
    cpSync(path.join(folder, ".."), work, { recursive: true });
    run(["--project", work, "keys", "rotate", "E2"]);
    run(["--project", work, "build", "--today", TODAY]);
    // Both hold the code of the first release; then the host serves the second.
    const owner = await reader("overview/index.html");
    const clerk = await reader("stores/s002/index.html", codes.E2);
    const next = await serve(path.join(work, "output"), PREFIX);
    for (const { page } of [owner, clerk]) {
      await page.route(`${host.base}**`, async (route) => {
        const answer = await route.fetch({ url: route.request().url().replace(host.base, next.base) });
        await route.fulfill({ response: answer });
      });
    }
    await plainly(owner, "../stores/s002/index.html");
    await opened(owner.page);
    assert.equal(owner.page.url(), owner.at("stores/s002/index.html"), "the owner's ring has the new key after a load");
    await plainly(clerk, "../s002/../index.html");
    assert.match(await problem(clerk.page), /停用|作废|失效/);
    for (const { context, page } of [owner, clerk]) {
      // A page may still ask for something; nobody waits for it.
      await page.unrouteAll({ behavior: "ignoreErrors" });
      await context.close();
    }
    next.close();
    rmSync(work, { recursive: true, force: true });
  });

  test("c47: clicks that open elsewhere, downloads and links out are left alone", async () => {
    const { context, page, at } = await reader("overview/index.html");
    for (const modifiers of [["ControlOrMeta"], ["Shift"]]) {
      const [other] = await Promise.all([context.waitForEvent("page"), menu(page, "products").click({ modifiers })]);
      await other.waitForURL(at("products/index.html"));
      await other.close();
    }
    const [middle] = await Promise.all([context.waitForEvent("page"), menu(page, "products").click({ button: "middle" })]);
    await middle.waitForURL(at("products/index.html"));
    await middle.close();
    await link(page, "../products/index.html", { target: "_blank" });
    const [blank] = await Promise.all([context.waitForEvent("page"), page.locator("#made").click()]);
    await blank.waitForURL(at("products/index.html"));
    await blank.close();
    await page.evaluate(() => document.querySelector("#made").remove());
    await link(page, "../products/index.html", { download: "x.html" });
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#made").click()]);
    assert.equal(download.suggestedFilename(), "x.html");
    assert.ok(await turned(page) && page.url() === at("overview/index.html"), "the page stayed");
    await page.evaluate(() => document.querySelector("#made").remove());
    await page.route("http://elsewhere.example/**", (route) => route.fulfill({ contentType: "text/html", body: "<p>elsewhere</p>" }));
    await link(page, "http://elsewhere.example/index.html");
    await page.locator("#made").click();
    await page.getByText("elsewhere").waitFor();
    await context.close();
  });

  test("c47: from a folder every page is loaded", async () => {
    const { context, page, problems } = await open(browser);
    await page.goto(fileUrl(folder, "overview/index.html"));
    await page.locator("#code").fill(codes.owner);
    await page.locator(".unlock-form button").click();
    await opened(page);
    await mark(page);
    await menu(page, "products").click();
    await page.waitForURL(/products/);
    await opened(page);
    assert.ok(!await turned(page));
    assert.deepEqual(take(problems), []);
    await context.close();
  });

  // ---- Ahead of the click ----

  test("c47: a rest on a link fetches pages of the same audience only, and keeps nothing", async () => {
    const { context, page, problems, at } = await reader("overview/index.html");
    const asked = [];
    page.on("request", (request) => { if (!isIcon(request.url())) asked.push(request.url().replace(at(""), "")); });
    const here = await page.locator(".menu li:has([aria-current=page])").getAttribute("data-audience");
    const links = await page.locator(".menu li").evaluateAll((items) => items.map((item) => [item.dataset.audience, item.querySelector("a").href, item.querySelector("a").hasAttribute("aria-current")]));
    const same = links.find(([audience, , current]) => audience === here && !current)[1].replace(at(""), "");
    await link(page, "../stores/s001/index.html");
    await page.locator("#made").hover();
    await page.locator(".languages a").hover();
    await page.locator(".brand").hover();
    await page.locator(".menu [aria-current=page]").hover();
    await Promise.all([page.waitForResponse(at(same)), page.locator(`.menu a[href$="${same}"]`).hover()]);
    assert.deepEqual(asked, [same]);
    const stored = await page.evaluate(async () => {
      const [{ name, version }] = await indexedDB.databases();
      const base = await new Promise((resolve) => { const request = indexedDB.open(name, version); request.onsuccess = () => resolve(request.result); });
      const rows = (store) => new Promise((resolve) => { const all = base.transaction(store).objectStore(store).getAll(); all.onsuccess = () => resolve(all.result); });
      const kinds = [...new Set((await rows("keys")).flatMap((row) => Object.keys(row)))].sort();
      const ring = Object.keys((await rows("ring"))[0]).sort();
      return { stores: [...base.objectStoreNames], kinds, ring, caches: await caches.keys(), local: localStorage.length, session: Object.values(sessionStorage) };
    });
    assert.deepEqual(stored, {
      stores: ["keys", "ring"], kinds: ["epoch", "id", "key", "scope"], ring: ["audiences", "home", "name", "near", "places", "role", "unlock", "until"],
      caches: [], local: 0, session: ["open"],
    });
    // The click needs no other request.
    await page.locator(`.menu a[href$="${same}"]`).click();
    await waitForUrl(page, at(same));
    assert.deepEqual(asked, [same]);
    assert.ok(await turned(page));
    assert.deepEqual(take(problems), []);
    await context.close();
  });

  // ---- The same as a load ----

  const settled = async (page) => {
    // Behind another tab a page draws once a second at most.
    await page.bringToFront();
    return page.evaluate(async () => {
      await document.fonts.ready;
      for (let frame = 0; frame < 3; frame += 1) await new Promise((done) => { requestAnimationFrame(done); });
      document.activeElement?.blur();
      document.querySelector("body > [role=status].sr-only").textContent = "";
      document.querySelector(".menu")?.scrollTo(0, 0);
      scrollTo({ top: 0, behavior: "instant" });
      return [document.title, document.documentElement.lang, document.body.className, document.body.outerHTML];
    });
  };

  /** Points of two pictures that are not of the same colour. Edges are drawn a shade differently from time to time. */
  const differing = (judge, ...pictures) => judge.evaluate(async (sources) => {
    const [one, other] = await Promise.all(sources.map(async (source) => {
      const image = new Image();
      image.src = `data:image/png;base64,${source}`;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height);
      const drawn = canvas.getContext("2d");
      drawn.drawImage(image, 0, 0);
      return drawn.getImageData(0, 0, image.width, image.height);
    }));
    if (one.width !== other.width || one.height !== other.height) return `${one.width} × ${one.height}, ${other.width} × ${other.height}`;
    let points = 0;
    for (let i = 0; i < one.data.length; i += 1) if (Math.abs(one.data[i] - other.data[i]) > 3) points += 1;
    return points;
  }, pictures.map((picture) => picture.toString("base64")));

  for (const [device, viewport] of [["phone", PHONE], ["desk", DESK]]) {
    for (const start of ["overview/index.html", "en/overview/index.html"]) {
      test(`c47: on a ${device}, from ${start}: a turned page is the page that a load gives`, async () => {
        const { context, page, problems, at } = await reader(start, codes.service, { viewport });
        const loaded = await context.newPage();
        const judge = await context.newPage();
        await page.mouse.move(0, 0);
        await loaded.mouse.move(0, 0);
        await loaded.setViewportSize(viewport);
        const targets = await page.locator(".menu li:not([data-audience=public]) a").evaluateAll((links) => links.map((link) => link.href));
        assert.ok(targets.length > 10, `${targets.length} pages in the sidebar`);
        targets.push(at(start.replace("overview", "stores/s001")), at(start.replace("overview", "segments/champions")), at(start));
        const faults = [];
        for (const target of targets) {
          if (target === page.url()) continue;
          await link(page, target);
          await page.evaluate(() => document.querySelector("#made").click());
          await waitForUrl(page, target);
          assert.ok(await turned(page), `${target} was loaded`);
          const before = await settled(page);
          const picture = await page.screenshot({ fullPage: true });
          await loaded.goto(target);
          await opened(loaded);
          const after = await settled(loaded);
          ["title", "language", "class", "body"].forEach((what, i) => { if (before[i] !== after[i]) faults.push(`${target}: another ${what}`); });
          const other = await loaded.screenshot({ fullPage: true });
          const points = picture.equals(other) ? 0 : await differing(judge, picture, other);
          if (points !== 0) faults.push(`${target}: looks different (${points})`);
        }
        faults.push(...take(problems));
        await context.close();
        none(faults, "turned and loaded");
      });
    }
  }
});
