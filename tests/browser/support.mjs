// What the browser tests share: the browser, the three sites, a static server, and what to look at in a page.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, appendFileSync, constants, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { writeHostile, writeSmall } from "./chains.mjs";
import { NAUGHTY_READERS, writeNaughty } from "./naughty.mjs";

export const TODAY = "2026-11-02";
export const LOCALES = ["zh-CN", "en"];
export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1440, height: 900 };
export const SMALLEST = { width: 320, height: 640 };

// ---- Browser ----

function browserOnPath() {
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    for (const folder of (process.env.PATH ?? "").split(path.delimiter)) {
      const file = path.join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch { /* not here */ }
    }
  }
  throw new Error("The browser tests need chromium, chromium-browser or google-chrome on PATH. On Debian: apt-get install chromium fonts-noto-cjk");
}

/** A browser that asks nothing of the network by itself. */
export function launch() {
  return chromium.launch({
    executablePath: browserOnPath(),
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    ],
  });
}

/** The screen without its scroll bars is what the checks measure: a bar's width differs between systems. */
export async function open(browser, options = {}) {
  const context = await browser.newContext({ viewport: DESK, reducedMotion: "reduce", acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  return { context, page, problems: watch(page) };
}

/** Everything a page must not do, collected as it happens: errors, requests outside the site or in vain, dialogs. */
export function watch(page) {
  const problems = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`script error: ${error.message}`));
  page.on("requestfailed", (request) => {
    // Leaving a page drops what is still on its way.
    if (request.failure()?.errorText !== "net::ERR_ABORTED") problems.push(`failed request: ${request.url()} (${request.failure()?.errorText})`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!/^(file:|data:|blob:|http:\/\/127\.0\.0\.1:)/.test(url)) problems.push(`external request: ${url}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
  });
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => {});
  });
  return problems;
}

/** The problems so far, and a fresh start. */
export function take(problems) {
  return problems.splice(0, problems.length);
}

// ---- Sites ----

function program() {
  const file = process.env.STOREBOOK;
  assert.ok(file, "STOREBOOK must name the storebook program to test (make browser sets it)");
  assert.ok(existsSync(file), `STOREBOOK names no file: ${file}`);
  return path.resolve(file);
}

export function run(args) {
  try {
    return execFileSync(program(), args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    throw new Error(`storebook ${args.join(" ")} failed\n${error.stdout}\n${error.stderr}`);
  }
}

const PEOPLE_PAGE = `+++
title = "People"
audience = "hq"
[queries.people]
sql = "select person_id, name, phone from {{ ref('people') }} where phone is not null"
order = ["person_id"]
[queries.counts]
sql = "select count(*) as customers from {{ ref('people') }}"
+++
{{ kpi(counts[0].customers, label="All") }}
{{ table(people, download=true) }}
`;

/** The code that `storebook keys show` shows. */
function codeOf(folder, who) {
  return run(["--project", folder, "keys", "show", "--", who]).split("\n")[1];
}

const RECIPES = {
  /** A chain as real ones are: five stores, mixed formats, some broken rows. */
  chain: (folder) => {
    run(["demo", folder, "--stores", "5", "--customers", "300", "--days", "430", "--seed", "3", "--messy", "--doubles", "0"]);
    appendFileSync(path.join(folder, "storebook.toml"), "\n[portal]\nemail = \"care@hemu.example\"\nphone = \"400-000-0000\"\n\n[periods]\nclosed_through = \"2026-09\"\n");
  },
  /** Names that try to run scripts, break the layout or turn the text around. */
  hostile: writeHostile,
  /** Every text of every table tries what a text can try. */
  naughty: writeNaughty,
  /** The same, sealed; its readers are called like the rest. */
  naughtySealed: (folder) => {
    writeNaughty(folder, false);
    run(["--project", folder, "keys", "init"]);
    run(["--project", folder, "keys", "grant", "service", "--role", "service"]);
    for (const reader of NAUGHTY_READERS) run(["--project", folder, "keys", "grant", `--staff=${reader}`]);
    const codes = ["owner", "service", ...NAUGHTY_READERS].map((who) => [who, codeOf(folder, who)]);
    writeFileSync(path.join(folder, "codes.json"), JSON.stringify(codes));
  },
  /** The same chain sealed, with people who hold codes, one who left, and a page about single customers. */
  sealed: (folder) => {
    RECIPES.chain(folder);
    const staff = ["staff_id,name,store_id,role,left_on", "E1,王店长,S001,店长,", "E2,Li,S002,导购,", "E3,Zhao,S003,店长,2026-10-01"];
    writeFileSync(path.join(folder, "data", "staff.csv"), `${staff.join("\n")}\n`);
    mkdirSync(path.join(folder, "content"), { recursive: true });
    writeFileSync(path.join(folder, "content", "people.md"), PEOPLE_PAGE);
    run(["--project", folder, "keys", "init"]);
    run(["--project", folder, "keys", "grant", "--staff", "E1", "--store", "S004"]);
    run(["--project", folder, "keys", "grant", "--staff", "E2"]);
    run(["--project", folder, "keys", "grant", "service", "--role", "service"]);
    run(["--project", folder, "keys", "grant", "E3", "--role", "manager", "--store", "S003"]);
    // The codes as they were given: the build takes E3's away, who has left.
    const codes = Object.fromEntries(["owner", "E1", "E2", "E3", "service"].map((who) => [who, codeOf(folder, who)]));
    writeFileSync(path.join(folder, "codes.json"), JSON.stringify(codes));
  },
  /** The least there can be: one store, one sale. */
  small: writeSmall,
};

/** The programs' and the recipes' content: the same gives the same sites, so a second run need not build them again. */
function fingerprint() {
  const hash = createHash("sha256");
  hash.update(readFileSync(program()));
  for (const file of ["support.mjs", "chains.mjs", "naughty.mjs", "../naughty/strings.json", "../../docs/data.md"]) hash.update(readFileSync(fileURLToPath(new URL(file, import.meta.url))));
  return hash.digest("hex").slice(0, 16);
}

const SHELF = path.join(tmpdir(), `storebook-browser-tests-${process.getuid?.() ?? "user"}`);

function clearOld(keep) {
  const dayAgo = Date.now() - 24 * 3600 * 1000;
  for (const name of readdirSync(SHELF)) {
    const folder = path.join(SHELF, name);
    if (name !== keep && statSync(folder).mtimeMs < dayAgo) rmSync(folder, { recursive: true, force: true });
  }
}

/** The folder of a built site. Built elsewhere and moved in whole, so that two test processes cannot meet half a site. */
export function site(name) {
  const key = fingerprint();
  const home = path.join(SHELF, key, name);
  const output = path.join(home, "output");
  if (!existsSync(home)) {
    mkdirSync(path.dirname(home), { recursive: true, mode: 0o700 });
    clearOld(key);
    const work = mkdtempSync(path.join(SHELF, key, `${name}-`));
    RECIPES[name](work);
    run(["--project", work, "build", ...(/sealed$/i.test(name) ? [] : ["--unsealed"]), "--today", TODAY]);
    try {
      renameSync(work, home);
    } catch (error) {
      if (!existsSync(output)) throw error;
      rmSync(work, { recursive: true, force: true });
    }
  }
  return output;
}

/** Addresses of all pages of a site, as paths from its root, ordered. */
export function pagesOf(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => name.split(path.sep).join("/"))
    .filter((name) => name.endsWith(".html"))
    .sort();
}

/** One page of every kind in one language. Pages made from rows (stores, segments, cells) stand for their brothers. */
export function kindsOf(folder, locale) {
  const english = (page) => page.startsWith("en/");
  const seen = new Map();
  for (const page of pagesOf(folder).filter((page) => english(page) === (locale === "en"))) {
    const kind = page.replace(/^en\//, "").replace(/^(stores|segments|cells|today|rows|churn|tiers|points|campaigns|interactions|follow-ups|care|contacts|referrals|groups|regions|customers|months|about\/models)\/[^/]+\/index\.html$/, "$1/*");
    if (!seen.has(kind)) seen.set(kind, page);
  }
  return seen;
}

export const fileUrl = (folder, page) => new URL(`file://${path.join(folder, page)}`).href;

// ---- Server ----

const TYPES = {
  ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml",
  ".csv": "text/csv; charset=utf-8", ".json": "application/json",
};

export const STRICT_CSP = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self' mailto:; base-uri 'none'";

/** Serves `folder` below `prefix` on the loopback interface, as a strict host would. */
export async function serve(folder, prefix = "/", policy = STRICT_CSP) {
  const misses = [];
  const server = createServer((request, response) => {
    const asked = decodeURIComponent(new URL(request.url, "http://host").pathname);
    let file = asked.startsWith(prefix) ? path.join(folder, path.normalize(`/${asked.slice(prefix.length)}`)) : null;
    if (file && existsSync(file) && statSync(file).isDirectory()) file = path.join(file, "index.html");
    if (!file || !existsSync(file)) {
      misses.push(asked);
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      "content-type": TYPES[path.extname(file)] ?? "application/octet-stream",
      "content-security-policy": policy,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    });
    response.end(readFileSync(file));
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { base: `http://127.0.0.1:${server.address().port}${prefix}`, misses, close: () => server.close() };
}

// ---- What to look at in a page (these run inside the browser) ----

/** How far the page is wider than the screen, and by whose fault. */
export async function sidewaysScroll(page) {
  return page.evaluate(() => {
    const wide = document.documentElement.scrollWidth;
    if (wide <= innerWidth) return null;
    const guilty = [...document.body.querySelectorAll("*")]
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !element.closest(":is(.table-scroll, .chart-scroll) *"))
      .slice(0, 4)
      .map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`);
    return `${wide} px on a screen of ${innerWidth} px: ${guilty.join(", ")}`;
  });
}

/** Texts of drawings that leave their drawing or lie on another text. Turned texts are compared along both their own sides. */
export async function chartTextFaults(page) {
  return page.evaluate(() => {
    const corners = (text) => {
      const box = text.getBBox();
      const matrix = text.getScreenCTM();
      // A letter's box is higher than the letter: leave out the leading above and below.
      const top = box.y + box.height * 0.15;
      const bottom = box.y + box.height * 0.85;
      return [[box.x, top], [box.x + box.width, top], [box.x + box.width, bottom], [box.x, bottom]]
        .map(([x, y]) => ({ x: matrix.a * x + matrix.c * y + matrix.e, y: matrix.b * x + matrix.d * y + matrix.f }));
    };
    const sides = (shape) => shape.slice(0, 2).map((point, i) => {
      const next = shape[i + 1];
      const length = Math.hypot(next.x - point.x, next.y - point.y) || 1;
      return { x: (next.x - point.x) / length, y: (next.y - point.y) / length };
    });
    const along = (shape, side) => {
      const values = shape.map((point) => point.x * side.x + point.y * side.y);
      return [Math.min(...values), Math.max(...values)];
    };
    const depth = (a, b) => Math.min(...[...sides(a), ...sides(b)].map((side) => {
      const [low, high] = along(a, side);
      const [otherLow, otherHigh] = along(b, side);
      return Math.min(high, otherHigh) - Math.max(low, otherLow);
    }));
    const faults = [];
    for (const svg of document.querySelectorAll(".chart svg")) {
      const frame = svg.getBoundingClientRect();
      if (frame.width === 0) continue;
      const name = svg.closest("figure")?.id;
      const texts = [...svg.querySelectorAll("text")]
        .filter((text) => text.textContent.trim())
        .map((text) => ({ said: text.textContent.trim(), shape: corners(text) }));
      for (const { said, shape } of texts) {
        const out = Math.max(...shape.map((p) => Math.max(frame.left - p.x, p.x - frame.right, frame.top - p.y, p.y - frame.bottom)));
        if (out > 1) faults.push(`${name}: "${said}" is cut off by ${out.toFixed(1)} px`);
      }
      texts.forEach((one, i) => texts.slice(i + 1).forEach((other) => {
        const shared = depth(one.shape, other.shape);
        if (shared > 1) faults.push(`${name}: "${one.said}" and "${other.said}" overlap by ${shared.toFixed(1)} px`);
      }));
    }
    return faults;
  });
}

const AXE = readFileSync(fileURLToPath(new URL("node_modules/axe-core/axe.min.js", import.meta.url)), "utf8");

/** Serious and critical accessibility faults. The checker comes in by the debugger's door, and fetches nothing: the page's policy stays as it is. */
export async function axeFaults(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"], preload: false }));
  return found.violations
    .filter((violation) => ["serious", "critical"].includes(violation.impact))
    .map((violation) => {
      const where = violation.nodes.slice(0, 3).map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`);
      return `axe ${violation.id} (${violation.nodes.length}): ${where.join(" | ")}`;
    });
}

/** Fails with the whole list, so that one run shows everything there is to mend. */
export function none(faults, what) {
  assert.equal(faults.length, 0, `${what}\n  ${faults.join("\n  ")}`);
}

/** Works through `jobs` with a few hands at once. */
export async function share(jobs, hands, work) {
  const queue = [...jobs];
  await Promise.all(Array.from({ length: hands }, async (_, hand) => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) await work(job, hand);
  }));
}
