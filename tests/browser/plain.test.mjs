// Without a script, on paper, and from the keyboard.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { DESK, PHONE, fileUrl, kindsOf, launch, none, open, sidewaysScroll, site, take } from "./support.mjs";

describe("without a script", () => {
  let browser;
  before(async () => { browser = await launch(); });
  after(async () => { await browser?.close(); });

  test("every kind of page can be read, and no control is dead", async () => {
    const folder = site("chain");
    const { context, page, problems } = await open(browser, { javaScriptEnabled: false });
    const faults = [];
    for (const [kind, address] of kindsOf(folder, "zh-CN")) {
      for (const viewport of [PHONE, DESK]) {
        await page.setViewportSize(viewport);
        await page.goto(fileUrl(folder, address));
        const hidden = await page.locator(".content :is(p, li, table, svg):not(details *):not([hidden]):not(.on-phone *):not(.at-desk *):not(.trap):not(.form-status)").evaluateAll((all) => all
          .filter((element) => !element.checkVisibility({ visibilityProperty: true }) && element.textContent.trim() && !element.matches(":empty"))
          .map((element) => element.outerHTML.slice(0, 80)));
        faults.push(...hidden.map((what) => `${kind}: cannot be seen: ${what}`));
        const dead = await page.locator(".table-search, [data-save], button.sort").evaluateAll((all) => all.filter((element) => element.checkVisibility({ visibilityProperty: true })).length);
        if (dead) faults.push(`${kind}: ${dead} controls that do nothing`);
        faults.push(...[await sidewaysScroll(page)].filter(Boolean).map((fault) => `${kind}: ${fault}`));
      }
    }
    faults.push(...take(problems));
    await context.close();
    none(faults, "without a script");
  });

  for (const [device, viewport] of [["phone", PHONE], ["desk", DESK]]) {
    test(`the menu of a ${device} leads on`, async () => {
      const { context, page } = await open(browser, { javaScriptEnabled: false, viewport });
      await page.goto(fileUrl(site("chain"), "overview/index.html"));
      if (device === "phone") await page.locator(".menu > summary").click();
      await page.locator(".menu a[href$='rfm/index.html']").click();
      await page.waitForURL("**/rfm/index.html");
      await context.close();
    });
  }

  test("the feedback form goes out by mail", async () => {
    const { context, page } = await open(browser, { javaScriptEnabled: false });
    await page.goto(fileUrl(site("chain"), "feedback/index.html"));
    const form = page.locator("form.feedback");
    assert.match(await form.getAttribute("action"), /^mailto:care@hemu\.example/);
    assert.equal(await form.getAttribute("enctype"), "text/plain");
    assert.equal(await form.locator("[type=submit]").isEnabled(), true);
    assert.equal(await form.locator("[name=website]").isVisible().then(async (visible) => visible && (await form.locator("[name=website]").boundingBox()).x >= 0), false, "the trap is out of sight");
    await context.close();
  });
});

describe("the feedback form with a script", () => {
  let browser;
  before(async () => { browser = await launch(); });
  after(async () => { await browser?.close(); });

  test("saves what was said as a file that can be read back", async () => {
    const { context, page, problems } = await open(browser);
    await page.goto(fileUrl(site("chain"), "feedback/index.html"));
    await page.getByRole("textbox").first().fill("<b>很好</b>\n\"下次再来\"");
    await page.locator(".scale .choice").nth(9).click();
    await page.locator("[name=consent]").check();
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator("[data-save]").click()]);
    const stream = await download.createReadStream();
    let text = "";
    for await (const part of stream) text += part;
    const said = JSON.parse(text);
    assert.equal(said.text.replaceAll("\r\n", "\n"), "<b>很好</b>\n\"下次再来\"");
    assert.equal(said.nps, "9");
    assert.equal(said.lang, "zh-CN");
    assert.match(said.submission_id, /^[0-9a-f]{32}$/);
    assert.equal("website" in said, false);
    assert.notEqual((await page.locator(".form-status").textContent()).trim(), "");
    none(take(problems), "saving");
    await context.close();
  });

  test("asks for what is missing before it sends anything", async () => {
    const { context, page } = await open(browser);
    await page.goto(fileUrl(site("chain"), "feedback/index.html"));
    await page.locator("[type=submit]").click();
    assert.equal(await page.evaluate(() => document.activeElement.name), "text");
    assert.equal((await page.locator(".form-status").textContent()).trim(), "");
    await context.close();
  });
});

describe("on paper", () => {
  let browser;
  before(async () => { browser = await launch(); });
  after(async () => { await browser?.close(); });

  test("A4 sheets with the report and without the furniture", async () => {
    const { context, page } = await open(browser);
    const folder = mkdtempSync(path.join(tmpdir(), "storebook-print-"));
    const faults = [];
    for (const address of ["stores/s001/index.html", "en/products/index.html", "segments/champions/index.html"]) {
      await page.goto(fileUrl(site("chain"), address));
      const heading = (await page.locator("h1").textContent()).trim();
      const bytes = await page.pdf({ preferCSSPageSize: true });
      const pdf = bytes.toString("latin1");
      const boxes = [...pdf.matchAll(/\/MediaBox\s*\[\s*([\d.\s]+)\]/g)].map((match) => match[1].trim().split(/\s+/).map(Number));
      if (boxes.length === 0) faults.push(`${address}: no sheet`);
      // A4 is 595.28 × 841.89 points.
      if (boxes.some(([, , width, height]) => Math.abs(width - 595.28) > 1.5 || Math.abs(height - 841.89) > 1.5)) faults.push(`${address}: not A4: ${boxes[0]}`);
      const file = path.join(folder, "page.pdf");
      writeFileSync(file, bytes);
      try {
        const text = execFileSync("pdftotext", ["-layout", file, "-"], { encoding: "utf8" });
        if (!text.replace(/\s/g, "").includes(heading.replace(/\s/g, ""))) faults.push(`${address}: the heading is not on paper`);
      } catch (error) {
        if (error.code !== "ENOENT") throw error;
      }
      await page.emulateMedia({ media: "print" });
      const seen = await page.locator(".sidebar, .site-header, .breadcrumb, .toc, .pager, .table-tools, .skip").evaluateAll((all) => all.filter((element) => element.checkVisibility()).map((element) => element.className));
      faults.push(...seen.map((name) => `${address}: on paper: ${name}`));
      // A sheet is 180 mm wide between its margins, which is 680 px: nothing may stick out.
      await page.setViewportSize({ width: 680, height: 960 });
      const wide = await page.evaluate(() => [...document.querySelectorAll("main table, main svg, main p")]
        .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > innerWidth + 1)
        .map((element) => `${element.tagName} in ${element.closest("[id]")?.id}: ${Math.round(element.getBoundingClientRect().right)} px`));
      faults.push(...wide.map((what) => `${address}: cut off at the edge of the sheet: ${what}`));
      await page.emulateMedia({ media: null });
      await page.setViewportSize(DESK);
    }
    rmSync(folder, { recursive: true });
    await context.close();
    none(faults, "on paper");
  });
});

describe("from the keyboard", () => {
  let browser;
  before(async () => { browser = await launch(); });
  after(async () => { await browser?.close(); });

  test("the first stop skips to the content", async () => {
    const { context, page } = await open(browser);
    for (const address of ["overview/index.html", "en/index.html"]) {
      await page.goto(fileUrl(site("chain"), address));
      await page.keyboard.press("Tab");
      const first = await page.evaluate(() => {
        const box = document.activeElement.getBoundingClientRect();
        return { name: document.activeElement.className, href: document.activeElement.getAttribute("href"), seen: box.top >= 0 && box.height > 0 };
      });
      assert.deepEqual(first, { name: "skip", href: "#content", seen: true }, address);
      await page.keyboard.press("Enter");
      assert.equal(await page.evaluate(() => document.activeElement.id), "content", address);
    }
    await context.close();
  });

  test("what has the focus shows it, and nothing is lost on the way", async () => {
    const { context, page } = await open(browser);
    const faults = [];
    for (const [address, stops] of [["stores/index.html", 60], ["feedback/index.html", 40]]) {
      await page.goto(fileUrl(site("chain"), address));
      for (let stop = 0; stop < stops; stop += 1) {
        await page.keyboard.press("Tab");
        const fault = await page.evaluate(() => {
          const focused = document.activeElement;
          if (focused === document.body) return null;
          // A field drawn by its label shows the focus there.
          const drawn = getComputedStyle(focused).opacity === "0" ? focused.nextElementSibling : focused;
          const style = getComputedStyle(drawn);
          const box = drawn.getBoundingClientRect();
          const name = `${focused.tagName.toLowerCase()}.${focused.className || focused.name}`;
          if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 1) return `${name}: no outline`;
          if (box.width === 0 || box.right < 0 || box.bottom < 0 || box.top > innerHeight) return `${name}: out of sight`;
          return null;
        });
        if (fault) faults.push(`${address} stop ${stop + 1}: ${fault}`);
      }
    }
    await context.close();
    none(faults, "focus");
  });
});
