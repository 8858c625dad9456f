// How long the next sealed page takes once a code was entered: node next-page.mjs SITE CODE [ROUNDS]
// The site is served on loopback with the headers of deploy/nginx.conf that matter here: assets are kept for ever, pages
// are asked for each time. Every page of the sidebar is opened in three ways:
// - clicked, and the click fetches the bytes;
// - clicked after the pointer has rested on the link until the bytes were there;
// - loaded plainly, as by an address or a bookmark (from the last byte, and from the moment its document is read).
// Content "stands" when it is in the document with its scripts attached; it is "painted" when the browser says that it has
// drawn the heading (Element Timing); the "second frame" after it stands begins later than that by the screen's clock.
// ROUNDS is how often each way is gone.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { loadavg } from "node:os";
import { chromium } from "../browser/node_modules/playwright-core/index.mjs";

const [site, code, rounds = "3"] = process.argv.slice(2);
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

const server = createServer((request, answer) => {
  const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
  try {
    const body = readFileSync(join(site, path));
    const keep = path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
    answer.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream", "cache-control": keep });
    answer.end(body);
  } catch {
    answer.writeHead(404).end();
  }
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const base = `http://127.0.0.1:${server.address().port}/`;

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
await page.addInitScript(() => {
  const marks = {};
  globalThis.marks = marks;
  document.addEventListener("DOMContentLoaded", () => { marks.read = performance.now(); });
  addEventListener("click", (event) => { marks.clicked = event.timeStamp; delete marks.painted; delete marks.second; }, { capture: true });
  new PerformanceObserver((list) => { marks.painted = list.getEntries().at(-1).renderTime; }).observe({ type: "element" });
  document.addEventListener("storebook:content", () => {
    marks.stands = performance.now();
    document.querySelector("main h1").setAttribute("elementtiming", "next");
    requestAnimationFrame(() => requestAnimationFrame(() => { marks.second = performance.now(); }));
  });
});
const shown = () => page.waitForFunction(() => globalThis.marks.painted && globalThis.marks.second);
await page.goto(`${base}overview/index.html`);
await page.fill("#code", code);
await page.keyboard.press("Enter");
await shown();
const pages = await page.locator(".menu li:not([data-audience=public]) a").evaluateAll((links) => links.map((link) => link.href));

/** Clicks the sidebar's link to each page; the order is turned round by round, so that no page is always the first. */
async function clicked(round, rest) {
  const times = [];
  for (let turn = 0; turn < pages.length; turn += 1) {
    const href = pages[(turn * 7 + round * 3) % pages.length];
    if (page.url() === href) continue;
    const link = page.locator(".menu a").nth(await page.locator(".menu a").evaluateAll((links, href) => links.findIndex((link) => link.href === href), href));
    await page.evaluate(() => { globalThis.marks.same = true; });
    let ahead = false;
    if (rest) {
      // A page of another audience than the one that is read is not fetched ahead.
      const fetched = page.waitForResponse(href, { timeout: 1000 }).catch(() => null);
      await link.hover();
      const response = await fetched;
      await response?.finished();
      ahead = Boolean(response);
      await link.click();
    } else {
      await link.evaluate((link) => link.click());
    }
    await page.waitForURL(href);
    await shown();
    const marks = await page.evaluate(() => globalThis.marks);
    if (!marks.same) throw new Error(`${href} was loaded plainly`);
    times.push({ marks, href, ahead });
  }
  return times;
}

async function loaded() {
  const times = { bytes: [], read: [] };
  for (const href of pages) {
    await page.goto(href);
    await shown();
    const [end, marks] = await page.evaluate(() => [performance.getEntriesByType("navigation")[0].responseEnd, globalThis.marks]);
    times.bytes.push([marks.stands - end, href]);
    times.read.push([marks.stands - marks.read, href]);
  }
  return times;
}

function told(what, all) {
  const times = all.toSorted(([a], [b]) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  const longest = new URL(at(1)[1]).pathname;
  console.log(`${what}: middle ${Math.round(at(0.5)[0])} ms, nine of ten within ${Math.round(at(0.9)[0])} ms, longest ${Math.round(at(1)[0])} ms (${longest}; ${times.length} pages)`);
}

const sums = {};
const add = (what, all) => { (sums[what] ??= []).push(...all); };
function addClick(way, marks, href) {
  add(`${way}, stands`, [[marks.stands - marks.clicked, href]]);
  add(`${way}, painted`, [[marks.painted - marks.clicked, href]]);
  add(`${way}, second frame`, [[marks.second - marks.clicked, href]]);
}
console.log(`load of the machine ${loadavg()[0].toFixed(2)}, ${pages.length} pages in the sidebar`);
for (let round = 0; round < Number(rounds); round += 1) {
  const plain = await loaded();
  add("loaded plainly, stands, from the last byte", plain.bytes);
  add("loaded plainly, stands, from the document being read", plain.read);
  // The loads above left a document that knows no page but its own: each way begins with nothing at hand.
  for (const { marks, href } of await clicked(round, false)) addClick("clicked, fetched by the click", marks, href);
  await page.goto(pages[0]);
  await shown();
  for (const { marks, href, ahead } of await clicked(round, true)) addClick(ahead ? "clicked after a rest on the link" : "clicked, fetched by the click", marks, href);
}
await browser.close();
server.close();
for (const [what, all] of Object.entries(sums)) told(what, all);
