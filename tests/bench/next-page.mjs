// How long the next sealed page takes once a code was entered: node next-page.mjs SITE CODE [ROUNDS]
// The site is served on loopback with the headers of deploy/nginx.conf that matter here: assets are kept for ever, pages
// are asked for each time. Times are from the end of the page's bytes, and from the moment its document is read, until
// the content stands in it.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { chromium } from "../browser/node_modules/playwright-core/index.mjs";

const [site, code, rounds = "5"] = process.argv.slice(2);
const PAGES = ["stores", "products", "rfm", "data/quality", "alerts", "about/definitions", "overview", "segments"];
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
const page = await (await browser.newContext()).newPage();
await page.addInitScript(() => {
  document.addEventListener("DOMContentLoaded", () => { globalThis.read = performance.now(); });
  document.addEventListener("storebook:content", () => { globalThis.shown ??= performance.now(); });
});
await page.goto(`${base}overview/index.html`);
await page.fill("#code", code);
await page.keyboard.press("Enter");
await page.waitForFunction(() => globalThis.shown);

const afterBytes = [];
const afterRead = [];
for (let round = 0; round < Number(rounds); round += 1) {
  for (const name of PAGES) {
    await page.goto(`${base}${name}/index.html`);
    await page.waitForFunction(() => globalThis.shown);
    const [end, read, shown] = await page.evaluate(() => [performance.getEntriesByType("navigation")[0].responseEnd, globalThis.read, globalThis.shown]);
    afterBytes.push(shown - end);
    afterRead.push(shown - read);
  }
}
await browser.close();
server.close();

function told(what, times) {
  times.sort((a, b) => a - b);
  const at = (share) => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))]);
  console.log(`${what}: middle ${at(0.5)} ms, nine of ten within ${at(0.9)} ms, longest ${at(1)} ms (${times.length} pages)`);
}
told("after the last byte", afterBytes);
told("after the document is read", afterRead);
