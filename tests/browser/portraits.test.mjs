// A customer's own page and finding a customer: in the clear and behind a code.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { PHONE, launch, none, open, run, serve, site, take, TODAY } from "./support.mjs";

/** Two fields, as a clerk fills them in. */
async function look(page, digits, surname) {
  await page.locator("[name=digits]").fill(digits);
  await page.locator("[name=surname]").fill(surname);
}

const rows = (page) => page.locator(".lookup tbody tr").count();
const says = (page) => page.locator(".lookup-says").textContent();

/** Somebody of one of these stores with a page of their own and an end of a telephone number. */
function somebody(folder, stores) {
  const sql = `select w.store_id, p.name, p.phone from portrait_people w join people p using (person_id)
    where w.store_id in (${stores.map((store) => `'${store}'`)}) and regexp_matches(p.name, '^[一-龥]{2,4}$') and regexp_matches(p.phone, '[0-9]{4}$')
    order by w.store_id, w.place`;
  const answer = run(["--project", path.join(folder, ".."), "query", sql, "--format", "csv", "--today", TODAY]);
  const [, first] = answer.split("\n");
  assert.ok(first, `no customer of ${stores} has a page`);
  const [store, name, phone] = first.split(",");
  return { store: store.toLowerCase(), name, digits: phone.slice(-4) };
}

describe("finding a customer", () => {
  let browser;
  before(async () => { browser = await launch(); });
  after(async () => { await browser?.close(); });

  test("c8: the last four digits and the surname find one customer, and nothing less does", async () => {
    const folder = site("chain");
    const host = await serve(folder);
    const { store, name, digits } = somebody(folder, ["S001", "S002", "S003", "S004", "S005"]);
    const { context, page, problems } = await open(browser, { viewport: PHONE });
    await page.goto(`${host.base}customers/find/${store}/index.html`);
    const surname = [...name][0];
    for (const [ending, word] of [[digits, ""], ["", surname], [digits.slice(1), surname], ["0000", "𠮷"]]) {
      await look(page, ending, word);
      assert.equal(await rows(page), 0, `${ending} ${word}`);
    }
    // As it is pasted or typed on a phone: blanks, a whole number, wide digits.
    const wide = [...digits].map((digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)).join("");
    for (const [ending, word] of [[digits, surname], [` ${digits} `, name], [wide, `${surname}\u200b`], [`139****${digits}`, surname]]) {
      await look(page, ending, word);
      assert.ok(await rows(page) >= 1, `${ending} ${word}: ${await says(page)}`);
      assert.match(await says(page), /\d/);
    }
    await page.locator(".lookup tbody a", { hasText: name }).first().click();
    await page.waitForURL(/customers\/[0-9a-f]{32}\/index\.html$/);
    assert.equal(await page.locator("main h1").textContent(), name);
    assert.doesNotMatch(await page.locator("main").textContent(), /(?<![0-9])1[3-9][0-9]{9}(?![0-9])/);
    none(take(problems), "problems");
    await context.close();
    host.close();
  });

  test("c47: who sees no single customers gets neither the page nor anybody found", async () => {
    const folder = site("sealed");
    const codes = JSON.parse(readFileSync(path.join(folder, "..", "codes.json"), "utf8"));
    const host = await serve(folder);
    const { store, name, digits } = somebody(folder, ["S001", "S004"]);
    const visit = async (code, address) => {
      const all = await open(browser);
      await all.page.goto(`${host.base}${address}`);
      await all.page.locator("#code").fill(code);
      await all.page.locator(".unlock-form button").click();
      return all;
    };
    const manager = await visit(codes.E1, `customers/find/${store}/index.html`);
    await manager.page.locator(".lookup").waitFor();
    await look(manager.page, digits, [...name][0]);
    assert.ok(await rows(manager.page) >= 1);
    await manager.page.locator(".lookup tbody a", { hasText: name }).first().click();
    await manager.page.locator("main h1", { hasText: name }).waitFor();
    const address = new URL(manager.page.url()).pathname.slice(1);
    assert.match(address, /^customers\/[0-9a-f]{32}\/index\.html$/);
    none(take(manager.problems), "problems");
    await manager.context.close();

    const owner = await visit(codes.owner, `customers/find/${store}/index.html`);
    await owner.page.locator(".lookup .empty").waitFor();
    assert.equal(await owner.page.locator(".lookup-data").count(), 0);
    await owner.context.close();
    // Neither the owner nor another store's manager opens the page.
    for (const code of [codes.owner, codes.E2]) {
      const other = await visit(code, address);
      await other.page.locator(".unlock-problem:not([hidden])").waitFor();
      assert.equal(await other.page.locator("h1", { hasText: name }).count(), 0);
      await other.context.close();
    }
    host.close();
  });

  test("c47: the addresses of customers tell nothing", () => {
    const folder = site("sealed");
    const names = readdirSync(path.join(folder, "customers")).filter((entry) => !["find", "index.html"].includes(entry));
    assert.ok(names.length > 0);
    for (const entry of names) {
      assert.match(entry, /^[0-9a-f]{32}$/);
      assert.ok(existsSync(path.join(folder, "en", "customers", entry, "index.html")));
    }
    // The same ids stand elsewhere in a book with other keys.
    const open = readdirSync(path.join(site("chain"), "customers"));
    assert.ok(names.every((entry) => !open.includes(entry)));
  });
});
