// Every text of every table attacks: pages show what was written, and nothing of it does anything.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { intruders, openTurns } from "./intruders.mjs";
import { NAUGHTY_READERS, STRINGS, contract } from "./naughty.mjs";
import { DESK, LOCALES, PHONE, kindsOf, launch, none, open, pagesOf, serve, share, sidewaysScroll, site, take } from "./support.mjs";

/** Links that lead out of the site: none of a chain whose settings name no address. */
function leavers(page) {
  return page.evaluate(() => {
    const addresses = (element) => ["href", "xlink:href", "src", "action", "formaction"].map((name) => element.getAttribute(name)).filter((address) => address !== null);
    const away = (address) => {
      if (/^(#|data:image\/svg|tel:\+?\d+$)/.test(address)) return false;
      try {
        return new URL(address, location.href).origin !== location.origin;
      } catch {
        return true;
      }
    };
    return [...document.querySelectorAll("*")]
      .filter((element) => addresses(element).some(away))
      .map((element) => `leads away: ${element.outerHTML.slice(0, 120)}`);
  });
}

/** Would be called by each of the strings; it writes down who called. */
const watchAlerts = (page) => page.addInitScript(() => {
  globalThis.alert = () => document.documentElement.setAttribute("data-attacked", "");
});

/** All that can be wrong with the page that is open, in both widths. */
async function faultsOf(page, problems) {
  const found = [];
  // The page came in one of the widths; the other one follows, and the next page comes in that.
  const first = page.viewportSize();
  for (const size of [first, first.width === PHONE.width ? DESK : PHONE]) {
    if (size !== first) await page.setViewportSize(size);
    found.push(...[await sidewaysScroll(page)].filter(Boolean).map((fault) => `sideways: ${fault}`));
  }
  found.push(...await intruders(page), ...await leavers(page), ...(await openTurns(page)).slice(0, 3).map((fault) => `turned: ${fault}`));
  if (await page.evaluate(() => document.documentElement.hasAttribute("data-attacked"))) found.push("a script ran");
  return [...found, ...take(problems)];
}

/** What a page may change of a text: blanks run together, marks of direction, and characters that no page can hold. */
const plain = (text) => text.replace(/[\u202a-\u202e\u2066-\u2069]/g, "").replace(/[\ue000\ue001]/g, "\ufffd").replace(/\s+/g, " ").trim();

/** The cells of a CSV file as a spreadsheet cuts them. */
function cellsOf(text) {
  const cells = text.replace(/^\ufeff/, "").matchAll(/("(?:[^"]|"")*"|[^,\r\n]*)(?:,|\r\n|$)/g);
  return Array.from(cells, ([, cell]) => (cell.startsWith("\"") ? cell.slice(1, -1).replaceAll("\"\"", "\"") : cell));
}

describe("naughty texts", () => {
  let browser;
  let host;
  let folder;
  before(async () => {
    browser = await launch();
    folder = site("naughty");
    host = await serve(folder);
  });
  after(async () => {
    host?.close();
    await browser?.close();
  });

  test("no page runs, fetches, links or breaks anything", async () => {
    const faults = [];
    const hands = await Promise.all([0, 1].map(async () => {
      const hand = await open(browser, { viewport: PHONE });
      await watchAlerts(hand.page);
      return hand;
    }));
    const pages = pagesOf(folder);
    assert.ok(pages.length > 120, `${pages.length} pages`);
    await share(pages, hands.length, async (address, hand) => {
      const { page, problems } = hands[hand];
      await page.goto(host.base + address);
      faults.push(...(await faultsOf(page, problems)).map((fault) => `${address}: ${fault}`));
    });
    await Promise.all(hands.map(({ context }) => context.close()));
    none([...faults, ...host.misses.map((miss) => `404: ${miss}`)], `${pages.length} pages`);
  });

  test("every text of every column is shown as it is written", async () => {
    const { context, page } = await open(browser);
    const faults = [];
    const all = new Set(STRINGS.map(plain));
    for (const [table, columns] of contract()) {
      await page.goto(`${host.base}raw/${table}/index.html`);
      const cells = await page.evaluate(() => {
        const rows = [...document.querySelectorAll("main table tbody tr")];
        return rows.map((row) => [...row.cells].map((cell) => cell.textContent.slice(0, 3000)));
      });
      // Only every second store has a successor, so that half of the strings are missing in its first column.
      const least = table === "store_successions" ? 15 : 30;
      assert.ok(cells.length >= least, `${table}: ${cells.length} rows`);
      if (table === "store_successions") continue;
      const texts = columns.filter(({ holds }) => /^(id|text|code)\b/.test(holds));
      const shown = cells[0].map((_, at) => new Set(cells.map((row) => plain(row[at]))));
      // Wide letters of an id become plain ones.
      const wide = texts.every(({ holds }) => holds.startsWith("id")) ? /[\uff01-\uff5e\u3000]/ : /(?!)/;
      const has = (column, text) => column.has(text) || (wide.test(text) && has(column, text.normalize("NFKC"))) || (table.startsWith("store") && [...column].some((cell) => cell.includes(text)));
      // Which column is which does not matter: as many as hold text must show the strings.
      const full = shown.filter((column) => [...all].filter((text) => has(column, text)).length > all.size - 12);
      if (full.length < texts.length - 2) faults.push(`${table}: ${full.length} of ${texts.length} columns show the strings`);
      faults.push(...[...all].filter((text) => !shown.some((column) => has(column, text))).map((text) => `${table}: not shown: ${JSON.stringify(text).slice(0, 80)}`));
    }
    await context.close();
    none(faults, "texts");
  });

  test("c10: no cell of any file begins a formula", () => {
    const faults = [];
    const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".csv"));
    assert.ok(files.length > 20, `${files.length} files`);
    for (const name of files) {
      const text = readFileSync(path.join(folder, name), "utf8");
      for (const cell of cellsOf(text)) if (/^[=@\t\r\n＝＠]|^[+\-＋－](?![\d.]+$)/.test(cell)) faults.push(`${name}: ${JSON.stringify(cell)}`);
    }
    none(faults.slice(0, 20), "formulas");
  });
});

describe("naughty texts, sealed", () => {
  let browser;
  let host;
  let folder;
  let codes;
  before(async () => {
    browser = await launch();
    folder = site("naughtySealed");
    codes = new Map(JSON.parse(readFileSync(path.join(folder, "..", "codes.json"), "utf8")));
    host = await serve(folder);
  });
  after(async () => {
    host?.close();
    await browser?.close();
  });

  const opened = (page) => page.locator("body.report main h1").waitFor();

  /** A visit with a code; the page it leads to is open. */
  const visit = async (code) => {
    const hand = await open(browser, { viewport: PHONE });
    await watchAlerts(hand.page);
    await hand.page.goto(`${host.base}unlock/index.html`);
    await hand.page.locator("#code").fill(code);
    await hand.page.locator(".unlock-form button").click();
    await opened(hand.page);
    return hand;
  };

  test("c47: nothing runs in what a code opens", async () => {
    const faults = [];
    const sealed = (address) => readFileSync(path.join(folder, address), "utf8").includes("class=\"variant\"");
    // Each kind in one of the languages, in turn: the pages are those of the test above.
    const kinds = LOCALES.map((locale) => [...kindsOf(folder, locale).values()].filter(sealed));
    const pages = kinds.flatMap((list, locale) => list.filter((_, i) => i % LOCALES.length === locale));
    assert.ok(pages.length > 15, `${pages.length} sealed pages`);
    const { context, page, problems } = await visit(codes.get("service"));
    for (const address of pages) {
      await page.goto(host.base + address);
      await opened(page);
      faults.push(...(await faultsOf(page, problems)).map((fault) => `${address}: ${fault}`));
    }
    // Rows of people are there for service: the page was opened, and not the form for codes looked at.
    await page.goto(`${host.base}raw/customers/index.html`);
    await opened(page);
    const text = plain(await page.locator("main").innerText());
    assert.ok(text.includes(plain(STRINGS[0])), "the texts stand in the opened page");
    await context.close();
    none([...faults, ...host.misses.map((miss) => `404: ${miss}`)], `${pages.length} sealed pages`);
  });

  test("c47: a reader with a hostile name reads, and is greeted by it", async () => {
    const faults = [];
    for (const reader of NAUGHTY_READERS) {
      const { context, page, problems } = await visit(codes.get(reader));
      faults.push(...(await faultsOf(page, problems)).map((fault) => `${reader}: ${fault}`));
      assert.match(new URL(page.url()).pathname, /^\/today\/[a-z0-9-]+\/index\.html$/, "the day of the reader's own store");
      await context.close();
    }
    none(faults, "readers");
  });
});
