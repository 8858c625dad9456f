// The same files behind a strict host in a sub-folder, and opened from a disk: nothing may depend on where the book stands.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { PHONE, fileUrl, launch, none, open, pagesOf, serve, share, site, take } from "./support.mjs";

const PREFIX = "/some/sub/path/";

/** The style sheet took hold and the script ran. */
function dressed(page) {
  return page.evaluate(() => ({
    script: document.documentElement.matches(".js"),
    style: getComputedStyle(document.body).display === "flex" && document.styleSheets.length === 1,
  }));
}

describe("wherever the book stands", () => {
  let browser;
  let host;
  before(async () => {
    browser = await launch();
    host = await serve(site("chain"), PREFIX);
  });
  after(async () => {
    host?.close();
    await browser?.close();
  });

  const places = { "in a sub-folder of a strict host": (address) => host.base + address, "opened from a disk": (address) => fileUrl(site("chain"), address) };
  for (const [place, at] of Object.entries(places)) {
    test(`${place}: a reader gets around by clicking`, async () => {
      const { context, page, problems } = await open(browser);
      const start = at("");
      const here = () => decodeURIComponent(page.url()).replace(start.endsWith("/") ? start : `${start}/`, "").replace(/index\.html$/, "").replace(/#.*/, "");
      const arrive = async (address, why) => {
        assert.equal(here(), address.replace(/index\.html$/, ""), why);
        assert.deepEqual(await dressed(page), { script: true, style: true }, `${address}: style and script`);
      };
      const click = async (locator) => { await Promise.all([page.waitForLoadState("load"), locator.click()]); await page.waitForLoadState("load"); };

      await page.goto(at("overview/index.html"));
      await arrive("overview/index.html", "start");

      await click(page.locator(".menu a[href$='stores/index.html']"));
      await arrive("stores/index.html", "sidebar");

      const row = page.locator(".table tbody a[href*='s003']").first();
      const name = await row.textContent();
      await click(row);
      await arrive("stores/s003/index.html", "link in a table");
      assert.equal((await page.locator("h1").textContent()).trim(), name.trim());

      await click(page.locator(".languages a"));
      await arrive("en/stores/s003/index.html", "language switch keeps the page");
      assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
      await click(page.locator(".languages a"));
      await arrive("stores/s003/index.html", "and back");

      await click(page.locator(".breadcrumb a").last());
      await arrive("stores/index.html", "breadcrumb");
      await click(page.locator(".brand"));
      await arrive("overview/index.html", "home of the reports");

      const title = () => page.locator("h1").textContent();
      const first = await title();
      await click(page.locator("a[rel=next]"));
      assert.notEqual(await title(), first, "next leads on");
      await click(page.locator("a[rel=prev]"));
      await arrive("overview/index.html", "previous leads back");

      await page.setViewportSize(PHONE);
      await page.reload();
      await page.locator(".menu > summary").click();
      await click(page.locator(".menu a[href$='products/index.html']"));
      await arrive("products/index.html", "the menu of a phone");

      none(take(problems), place);
      await context.close();
    });
  }

  test("every page loads from the strict host without a miss", async () => {
    const faults = [];
    const hands = await Promise.all([0, 1].map(() => open(browser)));
    await share(pagesOf(site("chain")), hands.length, async (address, hand) => {
      const { page, problems } = hands[hand];
      await page.goto(host.base + address);
      const { script, style } = await dressed(page);
      if (!script || !style) faults.push(`${address}: script ${script}, style ${style}`);
      faults.push(...take(problems).map((fault) => `${address}: ${fault}`));
    });
    await Promise.all(hands.map(({ context }) => context.close()));
    none([...faults, ...host.misses.map((miss) => `404: ${miss}`)], "from the strict host");
  });
});
