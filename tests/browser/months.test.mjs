// The report of a closed month is handed to the owner of the chain on paper: one A4 sheet, whatever stands in it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open, pagesOf, serve, site, take } from "./support.mjs";

describe("month reports", () => {
  let browser;
  before(async () => { browser = await launch(); });
  after(async () => { await browser?.close(); });

  for (const name of ["chain", "hostile"]) {
    test(`${name}: every month is one sheet of A4`, async () => {
      const host = await serve(site(name));
      const { context, page, problems } = await open(browser);
      const months = pagesOf(site(name)).filter((address) => /^(en\/)?months\/\d{4}-\d\d\/index\.html$/.test(address));
      assert.ok(months.length >= 24, `only ${months.length} sheets were found`);
      const faults = [];
      for (const address of months) {
        await page.goto(host.base + address);
        const paper = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
        const sheets = paper.match(/\/Type\s*\/Page\b/g)?.length ?? 0;
        if (sheets !== 1) faults.push(`${address}: ${sheets} sheets`);
        // 210 mm by 297 mm in points.
        const [, width, height] = paper.match(/\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)/) ?? [];
        if (Math.abs(width - 595.28) > 1 || Math.abs(height - 841.89) > 1) faults.push(`${address}: ${width} x ${height} pt`);
      }
      faults.push(...take(problems));
      await context.close();
      host.close();
      assert.deepEqual(faults, []);
    });
  }
});
