// What the script adds to tables: sorting by value, filtering, and the file that goes with each.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { LOCALES, PHONE, kindsOf, launch, none, open, serve, share, site, take } from "./support.mjs";

/** Rows of a CSV file: quotes may hold commas, quotes and line ends. */
function rowsOfCsv(text) {
  const rows = [[""]];
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const letter = text[i];
    const row = rows.at(-1);
    if (quoted && letter === "\"" && text[i + 1] === "\"") { row[row.length - 1] += "\""; i += 1; }
    else if (letter === "\"") quoted = !quoted;
    else if (quoted) row[row.length - 1] += letter;
    else if (letter === ",") row.push("");
    else if (letter === "\n") rows.push([""]);
    else if (letter !== "\r") row[row.length - 1] += letter;
  }
  assert.equal(quoted, false, "an unclosed quote");
  if (rows.at(-1).length === 1 && rows.at(-1)[0] === "") rows.pop();
  return rows;
}

describe("tables", () => {
  let browser;
  let host;
  before(async () => {
    browser = await launch();
    host = await serve(site("chain"));
  });
  after(async () => {
    host?.close();
    await browser?.close();
  });

  const values = (table, column) => table.locator("tbody tr").evaluateAll((rows, index) => rows.map((row) => {
    const given = row.cells[index].getAttribute("data-sort");
    return given === null || given === "" ? null : Number(given);
  }), column);
  const texts = (table) => table.locator("tbody tr").evaluateAll((rows) => rows.map((row) => row.textContent));

  test("a numeric column sorts by value, largest first, and the third click restores", async () => {
    const { context, page, problems } = await open(browser);
    await page.goto(`${host.base}products/index.html`);
    const faults = [];
    let compared = 0;
    for (const table of await page.locator(".table table").all()) {
      const published = await texts(table);
      const headings = await table.locator("thead th").all();
      for (const [column, heading] of headings.entries()) {
        if (!await heading.evaluate((th) => th.matches(".n[data-sortable]"))) continue;
        const label = (await heading.textContent()).trim();
        const before = await values(table, column);
        const known = before.filter((value) => value !== null);
        if (known.some(Number.isNaN)) faults.push(`${label}: a value to sort by is no number`);
        const blanks = before.filter((value) => value === null);
        const button = heading.locator("button.sort");
        for (const [direction, order] of [["descending", (a, b) => b - a], ["ascending", (a, b) => a - b]]) {
          await button.click();
          assert.equal(await heading.getAttribute("aria-sort"), direction, `${label}: aria-sort`);
          assert.equal(await table.locator("[aria-sort]").count(), 1, "only one column says that it sorts");
          assert.deepEqual(await values(table, column), [...known.toSorted(order), ...blanks], `${label} ${direction}`);
        }
        await button.click();
        assert.equal(await heading.getAttribute("aria-sort"), null);
        assert.deepEqual(await texts(table), published, `${label}: the third click restores`);
        compared += known.length;
      }
    }
    await context.close();
    none([...faults, ...take(problems)], "sorting");
    assert.ok(compared > 100, `only ${compared} values were compared: the sample is too small to tell text order from value order`);
  });

  test("a heading is sorted from the keyboard", async () => {
    const { context, page } = await open(browser);
    await page.goto(`${host.base}stores/index.html`);
    const table = page.locator(".table table").first();
    const button = table.locator("th.n[data-sortable] button.sort").first();
    await button.focus();
    await page.keyboard.press("Enter");
    assert.equal(await table.locator("th.n[data-sortable]").first().getAttribute("aria-sort"), "descending");
    await page.keyboard.press("Space");
    assert.equal(await table.locator("th.n[data-sortable]").first().getAttribute("aria-sort"), "ascending");
    await context.close();
  });

  test("search filters, counts, and says when nothing matches", async () => {
    const { context, page, problems } = await open(browser);
    let searched = 0;
    for (const address of ["products/index.html", "en/products/index.html"]) {
      await page.goto(host.base + address);
      for (const box of await page.locator(".table:has(.table-search)").all()) {
        const all = await box.locator("tbody tr").count();
        // Letters or digits where the table has some: typed full-width and in capitals they find the plain ones.
        const written = (await box.locator("tbody tr > *").allTextContents()).join(" ");
        const word = (written.match(/[A-Za-z]+\d+/) ?? written.match(/[A-Za-z0-9]{3,}/))[0];
        const input = box.getByRole("searchbox");
        await input.fill(word.toUpperCase().replace(/[A-Z0-9]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)));
        const shown = await box.locator("tbody tr:visible").count();
        const matching = await box.locator("tbody tr").evaluateAll((rows, part) => rows
          .filter((row) => [...row.cells].some((cell) => cell.textContent.toLowerCase().includes(part.toLowerCase()))).length, word);
        assert.equal(shown, matching, `rows with "${word}"`);
        const count = await box.locator(".table-count").textContent();
        assert.deepEqual(count.match(/\d+/g).map(Number).toSorted((a, b) => a - b), [shown, all], `the count says "${count}"`);
        assert.equal(await box.locator(".table-nothing").isVisible(), false);

        await input.fill("\u2603 no such row");
        assert.equal(await box.locator("tbody tr:visible").count(), 0);
        assert.equal(await box.locator(".table-nothing").isVisible(), true, "says that nothing matches");
        await input.fill("");
        assert.equal(await box.locator("tbody tr:visible").count(), all);
        assert.equal(await box.locator(".table-count").textContent(), "");
        searched += 1;
      }
    }
    await context.close();
    none(take(problems), "searching");
    assert.ok(searched >= 2, "no table to search");
  });

  test("c10: each download is a CSV file that a spreadsheet opens, with the rows of its table", async () => {
    const hands = await Promise.all([0, 1].map(() => open(browser)));
    const faults = [];
    let files = 0;
    const addresses = LOCALES.flatMap((locale) => [...kindsOf(site("chain"), locale).values()]);
    await share(addresses, hands.length, async (address, hand) => {
      const { page } = hands[hand];
      await page.goto(host.base + address);
      for (const box of await page.locator('.table:has(a.download[download$=".csv"])').all()) {
        const [download] = await Promise.all([page.waitForEvent("download"), box.locator('a.download[download$=".csv"]').click()]);
        const bytes = readFileSync(await download.path());
        const where = `${address} ${download.suggestedFilename()}`;
        if (!download.suggestedFilename().endsWith(".csv")) faults.push(`${where}: the name does not end in .csv`);
        if (bytes.subarray(0, 3).toString("hex") !== "efbbbf") faults.push(`${where}: no byte order mark`);
        const rows = rowsOfCsv(bytes.subarray(3).toString("utf8"));
        // The list of the day is a sheet to fill in, and the care calendar's brings the words to say: columns of their own.
        const columns = /(^|\/)(contacts|care)\//.test(address) ? rows[0].length : await box.locator("thead th").count();
        const shown = await box.locator("tbody tr").count();
        const shortened = await box.locator(".table-note").count() > 0 && rows.length - 1 > shown;
        if (rows.length - 1 !== shown && !shortened) faults.push(`${where}: ${rows.length - 1} rows, the table has ${shown}`);
        if (rows.some((row) => row.length !== columns)) faults.push(`${where}: rows of another width than the table's ${columns}`);
        files += 1;
      }
    });
    await Promise.all(hands.map(({ context }) => context.close()));
    none(faults, "downloads");
    assert.ok(files > 10, `only ${files} downloads`);
  });

  test("on a phone the name of each row stays in sight while the rest scrolls", async () => {
    const { context, page } = await open(browser, { viewport: PHONE });
    await page.goto(`${host.base}products/index.html`);
    const measured = await page.locator(".table > .table-scroll").evaluateAll((boxes) => boxes.filter((box) => box.scrollWidth > box.clientWidth + 200).map((scroll) => {
      const rank = scroll.querySelector("tbody tr > .n:first-child");
      const first = rank?.nextElementSibling ?? scroll.querySelector("tbody tr > :first-child");
      const left = () => Math.round(first.getBoundingClientRect().left);
      const edge = Math.round(scroll.getBoundingClientRect().left);
      scroll.scrollLeft = 200;
      return { ranked: Boolean(rank), scrolled: scroll.scrollLeft, edge, after: left(), width: first.getBoundingClientRect().width / scroll.clientWidth };
    }));
    await context.close();
    assert.ok(measured.some((table) => table.ranked) && measured.some((table) => !table.ranked), "a table of each kind is wide enough to tell");
    for (const table of measured) {
      assert.equal(table.scrolled, 200);
      assert.equal(table.after, table.edge);
      assert.ok(table.width <= 0.5, `the name takes ${Math.round(table.width * 100)} % of the screen`);
    }
  });
});
