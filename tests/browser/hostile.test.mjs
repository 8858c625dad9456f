// A chain whose names attack the page: they must be shown as they are written, and do nothing.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { HOSTILE_STORES } from "./chains.mjs";
import { intruders, openTurns } from "./intruders.mjs";
import { DESK, PHONE, launch, none, open, pagesOf, serve, share, sidewaysScroll, site, take } from "./support.mjs";

describe("hostile names", () => {
  let browser;
  let host;
  before(async () => {
    browser = await launch();
    host = await serve(site("hostile"));
  });
  after(async () => {
    host?.close();
    await browser?.close();
  });

  test("nothing runs, nothing is fetched, no page breaks", async () => {
    const faults = [];
    const hands = await Promise.all([0, 1].map(async () => {
      const hand = await open(browser, { viewport: PHONE });
      // Would be called by every one of the names; a page that runs it has no need to show a dialog.
      await hand.page.addInitScript(() => { globalThis.alert = () => document.documentElement.setAttribute("data-attacked", ""); });
      return hand;
    }));
    await share(pagesOf(site("hostile")), hands.length, async (address, hand) => {
      const { page, problems } = hands[hand];
      await page.setViewportSize(PHONE);
      await page.goto(host.base + address);
      const found = [...take(problems), ...await intruders(page), ...[await sidewaysScroll(page)].filter(Boolean)];
      if (await page.evaluate(() => document.documentElement.hasAttribute("data-attacked"))) found.push("a script ran");
      await page.setViewportSize(DESK);
      found.push(...[await sidewaysScroll(page)].filter(Boolean));
      faults.push(...found.map((fault) => `${address}: ${fault}`));
    });
    await Promise.all(hands.map(({ context }) => context.close()));
    none([...faults, ...host.misses.map((miss) => `404: ${miss}`)], "hostile names");
  });

  test("every name is shown as it is written", async () => {
    const { context, page } = await open(browser);
    const faults = [];
    const shown = new Set();
    for (const address of pagesOf(site("hostile")).filter((address) => /^stores\/[^/]+\/index\.html$/.test(address))) {
      await page.goto(host.base + address);
      shown.add(await page.evaluate(() => document.querySelector("h1").textContent.trim()));
    }
    await context.close();
    // Marks that turn the writing direction may be left out; nothing else may.
    const plain = (text) => text.replace(/[\u202a-\u202e\u2066-\u2069]/g, "").replace(/\s+/g, " ").trim();
    const seen = new Set([...shown].map(plain));
    for (const [id, name] of Object.entries(HOSTILE_STORES)) {
      if (!seen.has(plain(name))) faults.push(`${id}: ${name}`);
    }
    none(faults, `not among the headings (${[...seen].join(" | ")})`);
  });

  test("a name that turns the writing direction turns nothing but itself", async () => {
    const { context, page } = await open(browser);
    const faults = [];
    for (const address of pagesOf(site("hostile"))) {
      await page.goto(host.base + address);
      const found = await openTurns(page);
      faults.push(...found.slice(0, 2).map((fault) => `${address}: ${fault}`));
    }
    await context.close();
    none(faults, "turned text beside a name");
  });

  test("c10: a cell that begins a formula is disarmed in the file", async () => {
    const { context, page } = await open(browser);
    await page.goto(`${host.base}stores/index.html`);
    const link = page.locator('a.download[download$=".csv"]').first();
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    let text = "";
    for await (const part of await download.createReadStream()) text += part;
    await context.close();
    assert.ok(text.includes("cmd|"), "the name is in the file");
    assert.doesNotMatch(text, /(^|[,"\n])=cmd/, "it begins a formula");
  });
});
