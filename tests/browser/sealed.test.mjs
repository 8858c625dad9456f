// Sealed pages: what a host and a stranger see, what each reader sees, and that the format is the documented one.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { inflateRawSync } from "node:zlib";
import { webcrypto } from "node:crypto";
import { PHONE, fileUrl, launch, open, pagesOf, serve, share, site, take } from "./support.mjs";

/** The text of a member of a ZIP archive, found by the archive's directory (APPNOTE 4.3.12). */
function member(zip, wanted) {
  let at = zip.readUInt32LE(zip.lastIndexOf(Buffer.from("PK\x05\x06")) + 16);
  while (zip.readUInt32LE(at) === 0x02014b50) {
    const [name, extra, comment] = [28, 30, 32].map((place) => zip.readUInt16LE(at + place));
    if (zip.toString("utf8", at + 46, at + 46 + name) === wanted) {
      const local = zip.readUInt32LE(at + 42);
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      return inflateRawSync(zip.subarray(start, start + zip.readUInt32LE(at + 20))).toString("utf8");
    }
    at += 46 + name + extra + comment;
  }
  throw new Error(`no ${wanted} in the archive`);
}

const PREFIX = "/book/";
const { subtle } = webcrypto;

// ---- An opener of its own, written from docs/sealing.md and not from the program's ----

const text = new TextEncoder();
const from64 = (value) => Buffer.from(value, "base64");

function fields(...list) {
  return Buffer.concat(list.flatMap((field) => {
    const bytes = Buffer.from(field, "utf8");
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return [length, bytes];
  }));
}

async function hkdf(secret, salt, info, length) {
  const key = await subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  return Buffer.from(await subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info: text.encode(info) }, key, length * 8));
}

async function unseal(secret, tag, data, ...about) {
  const both = await hkdf(secret, from64(tag), "storebook message", 44);
  const key = await subtle.importKey("raw", both.subarray(0, 32), "AES-GCM", false, ["decrypt"]);
  const algorithm = { name: "AES-GCM", iv: both.subarray(32), additionalData: fields(...about) };
  const packed = Buffer.from(await subtle.decrypt(algorithm, key, from64(data)));
  return JSON.parse(inflateRawSync(packed.subarray(4, 4 + packed.readUInt32BE(0))).toString("utf8"));
}

async function ringOf(folder, salt, code) {
  const letters = code.replaceAll("-", "").slice(0, 26);
  const password = await subtle.importKey("raw", text.encode(letters), "PBKDF2", false, ["deriveBits"]);
  const salted = Buffer.concat([Buffer.from("storebook code "), Buffer.from(salt, "hex")]);
  const stretched = Buffer.from(await subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: salted, iterations: 600_000 }, password, 256));
  const id = (await hkdf(stretched, new Uint8Array(), "storebook keyring name", 16)).toString("hex");
  const file = readFileSync(path.join(folder, "keys", `${id}.js`), "utf8");
  const [, name, tag, data] = file.match(/^storebookKeyring\("(.*)","(.*)","(.*)"\);\n$/);
  return unseal(await hkdf(stretched, new Uint8Array(), "storebook keyring key", 32), tag, data, "storebook keyring", "1", name);
}

function sealedOf(html) {
  const salt = html.match(/data-salt="([0-9a-f]*)"/)?.[1];
  const place = html.match(/data-path="([^"]*)"/)?.[1];
  const variants = [...html.matchAll(/<template class="variant" data-key="([^"]*)" data-tag="([^"]*)">([^<]*)<\/template>/g)];
  return { salt, place, variants: variants.map(([, key, tag, data]) => ({ key, tag, data })) };
}

/** Every page a code opens, by address. */
async function library(folder, code) {
  const opened = new Map();
  let ring;
  for (const address of pagesOf(folder)) {
    const { salt, place, variants } = sealedOf(readFileSync(path.join(folder, address), "utf8"));
    if (!variants.length) continue;
    ring ??= await ringOf(folder, salt, code);
    for (const { key, tag, data } of variants) {
      const own = ring.keys.find(({ id }) => id === key);
      if (own) opened.set(address, await unseal(from64(own.key), tag, data, "storebook page", "1", place, own.scope, String(own.epoch)));
    }
  }
  return { ring, opened };
}

/** Whether each key that this browser keeps can be read out; runs in the browser. */
const keptKeys = async () => {
  const [{ name }] = await indexedDB.databases();
  const base = await new Promise((resolve) => {
    const request = indexedDB.open(name);
    request.onsuccess = () => resolve(request.result);
  });
  return new Promise((resolve) => {
    const keys = base.transaction("keys").objectStore("keys").getAll();
    keys.onsuccess = () => resolve(keys.result.map(({ key }) => key.extractable));
  });
};

describe("sealed pages", () => {
  let browser;
  let host;
  let folder;
  let codes;
  before(async () => {
    folder = site("sealed");
    codes = JSON.parse(readFileSync(path.join(folder, "..", "codes.json"), "utf8"));
    browser = await launch();
    host = await serve(folder, PREFIX);
  });
  after(async () => {
    host?.close();
    await browser?.close();
  });

  const enter = async (page, code) => {
    await page.locator("#code").fill(code);
    await page.locator(".unlock-form button").click();
  };
  const opened = (page) => page.locator("body.report main h1").waitFor();
  const problem = (page) => page.locator(".unlock-problem:not([hidden])").textContent();

  test("c47: an independent program opens the pages with the documented format, each reader its own", async () => {
    const manager = await library(folder, codes.E1);
    const owner = await library(folder, codes.owner);
    const all = pagesOf(folder).filter((page) => sealedOf(readFileSync(path.join(folder, page), "utf8")).variants.length);
    assert.ok(all.length > 50, `${all.length} sealed pages`);
    const single = all.filter((page) => /(^|\/)customers\/[0-9a-f]{32}\//.test(page));
    assert.deepEqual([...owner.opened.keys()], all.filter((page) => !single.includes(page)), "the owner opens every page but those of single customers");
    const service = await library(folder, codes.service);
    assert.ok(single.length > 0 && single.every((page) => service.opened.has(page)), "service opens those");
    const stores = [...manager.opened.keys()].filter((page) => /^(en\/)?stores\/[^/]+\//.test(page));
    assert.deepEqual(stores.map((page) => page.split("/").at(-2)).sort(), ["s001", "s001", "s004", "s004"]);
    assert.ok(!manager.opened.has("overview/index.html"));
    assert.ok(["about/definitions", "about/guide"].every((page) => manager.opened.has(`${page}/index.html`)), "what every page refers to");
    const page = owner.opened.get("stores/s001/index.html");
    assert.match(page.body, /<main id="content"/);
    assert.ok(page.files.length > 0 && page.files.every(({ name }) => page.body.includes(name)), "downloads are sealed with their page");
    // One flipped bit, another path or another scope, and nothing opens.
    const { place, variants: [variant] } = sealedOf(readFileSync(path.join(folder, "stores/s001/index.html"), "utf8"));
    const own = owner.ring.keys.find(({ id }) => id === variant.key);
    await assert.rejects(unseal(from64(own.key), variant.tag, variant.data, "storebook page", "1", "stores/s002/index.html", own.scope, "1"));
    await assert.rejects(unseal(from64(own.key), variant.tag, variant.data, "storebook page", "1", place, own.scope, "2"));
  });

  test("c47: the owner sees figures, service sees people, and telephone numbers are masked", async () => {
    const owner = (await library(folder, codes.owner)).opened.get("people/index.html");
    const service = (await library(folder, codes.service)).opened.get("people/index.html");
    assert.match(service.body, /1\d\d\*{4}\d{4}/);
    assert.doesNotMatch(service.body, /\b1[3-9]\d{9}\b/);
    assert.ok(service.files.every(({ bytes }) => !/\b1[3-9]\d{9}\b/.test(from64(bytes).toString("utf8"))));
    assert.doesNotMatch(owner.body, /1\d\d\*{4}\d{4}/);
    assert.match(owner.body, /单个顾客/);
    assert.equal(owner.files.length, 0);
    assert.equal(owner.body.match(/kpi-value">([^<]*)</)[1], service.body.match(/kpi-value">([^<]*)</)[1]);
  });

  test("c47: nothing of a sealed page can be read, and what a host sees is not what is in it", () => {
    for (const address of pagesOf(folder)) {
      const html = readFileSync(path.join(folder, address), "utf8");
      if (!sealedOf(html).variants.length) continue;
      assert.doesNotMatch(html, /王店长|class="kpi|<table|<svg/, address);
      assert.match(html, /noindex/);
    }
    assert.deepEqual(readdirSync(path.join(folder, "keys")).length, 5, "four keyrings and the list of retired codes");
    assert.ok(!pagesOf(folder).some((page) => /csv|xlsx/.test(page)));
  });

  test("c47: a manager enters once, lands on today, goes on and locks", async () => {
    const { context, page, problems } = await open(browser, { viewport: PHONE });
    await page.goto(`${host.base}index.html`);
    await page.getByRole("link", { name: "内部入口" }).click();
    // Pasted as people paste: small, with spaces, inside a sentence's end.
    await enter(page, `  ${codes.E1.replaceAll("-", " ").toLowerCase()}\n`);
    await opened(page);
    assert.equal(page.url(), `${host.base}today/s001/index.html`);
    assert.deepEqual(await page.locator(".menu a").evaluateAll((links) => links.filter((link) => /overview|data\/quality/.test(link.href)).length), 0);
    // The other store, by the list of the person's own.
    await page.getByRole("combobox", { name: "我的页面" }).selectOption({ index: 1 });
    await page.waitForURL("**/today/s004/index.html");
    await opened(page);
    // The other language of the same page, without the code.
    await page.getByRole("link", { name: "English" }).click();
    await opened(page);
    assert.equal(page.url(), `${host.base}en/today/s004/index.html`);
    assert.deepEqual(take(problems), []);
    await page.goto(`${host.base}overview/index.html`);
    assert.match(await problem(page), /不能打开这一页/);
    assert.equal(await page.locator(".unlock-places a").count(), 2);
    await page.goto(`${host.base}stores/s001/index.html`);
    await opened(page);
    await page.getByRole("button", { name: "锁定" }).click();
    await page.locator(".unlock-form").waitFor();
    const left = (await page.evaluate(keptKeys)).length;
    assert.equal(left, 0, "no key is left in the browser");
    assert.deepEqual(take(problems), []);
    await context.close();
  });

  test("c47: whoever has one store finds the way back to its today on every page", async () => {
    const { context, page, problems } = await open(browser, { viewport: PHONE });
    await page.goto(`${host.base}stores/s002/index.html#${codes.E2}`);
    await opened(page);
    await page.locator(".lock-bar").getByRole("link", { name: /今日/ }).click();
    await page.waitForURL("**/today/s002/index.html");
    await opened(page);
    assert.equal(await page.locator(".lock-bar a").count(), 0, "no link to the page itself");
    await page.getByRole("link", { name: "这家店的报告" }).click();
    await page.waitForURL("**/stores/s002/index.html");
    await opened(page);
    await page.locator("a.brand").click();
    await page.waitForURL("**/today/s002/index.html");
    assert.deepEqual(take(problems), []);
    await context.close();
  });

  test("c47: keys leave with the visit unless they are to stay, and cannot be read out", async () => {
    const { context, page } = await open(browser);
    await page.goto(`${host.base}stores/s002/index.html#${codes.E2}`);
    await opened(page);
    assert.equal(page.url(), `${host.base}stores/s002/index.html`, "the code is gone from the address");
    const kinds = await page.evaluate(keptKeys);
    assert.ok(kinds.length > 0 && kinds.every((extractable) => extractable === false));
    // A new tab of the same visit needs no code; a new visit does.
    const second = await context.newPage();
    await second.goto(`${host.base}stores/s002/index.html`);
    await second.locator("body.report").waitFor();
    await page.close();
    await second.evaluate(() => sessionStorage.clear());
    await second.reload();
    await second.locator(".unlock-form:not([hidden])").waitFor();
    await second.locator("#code").fill(codes.E2);
    await second.locator("[name=keep]").check();
    await second.locator(".unlock-form button").click();
    await opened(second);
    await second.evaluate(() => sessionStorage.clear());
    await second.reload();
    await opened(second);
    await context.close();
  });

  test("c47: what is wrong with a code is said plainly", async () => {
    const { context, page } = await open(browser);
    await page.goto(`${host.base}en/overview/index.html`);
    const said = async (code) => {
      await enter(page, code);
      await page.locator(".unlock-form:not([hidden])").waitFor();
      return problem(page);
    };
    assert.match(await said("ABC"), /27 characters; this one has 3/);
    assert.match(await said("13800138000U"), /never has "U"/);
    const wrong = codes.owner.startsWith("0") ? `1${codes.owner.slice(1)}` : `0${codes.owner.slice(1)}`;
    assert.match(await said(wrong), /typing mistake/);
    assert.match(await said("0000-0000-0000-0000-0000-0000-012"), /no such code/);
    assert.match(await said(codes.E3), /retired/);
    await context.close();
  });

  test("c47: without a secure connection the page says so and asks for nothing", async () => {
    const { context, page } = await open(browser);
    await page.addInitScript(() => Object.defineProperty(self, "isSecureContext", { value: false }));
    await page.goto(`${host.base}en/overview/index.html`);
    assert.match(await problem(page), /https/);
    assert.ok(await page.locator(".unlock-form").isHidden());
    await context.close();
  });

  test("c47: a page that was moved does not open", async () => {
    const { context, page } = await open(browser);
    const html = readFileSync(path.join(folder, "stores/s002/index.html"), "utf8");
    await page.route("**/stores/s001/index.html", (route) => route.fulfill({ body: html, contentType: "text/html" }));
    await page.goto(`${host.base}stores/s001/index.html`);
    await enter(page, codes.owner);
    assert.match(await problem(page), /不在它原来的位置/);
    await context.close();
  });

  test("c47: from a folder, with downloads", async () => {
    const { context, page, problems } = await open(browser);
    await page.goto(fileUrl(folder, "unlock/index.html"));
    await enter(page, codes.owner);
    await opened(page);
    assert.match(page.url(), /overview\/index\.html$/);
    await page.goto(fileUrl(folder, "people/index.html"));
    await opened(page);
    await page.goto(fileUrl(folder, "stores/s001/index.html"));
    await opened(page);
    const takeAlong = async (link) => {
      const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
      return { name: download.suggestedFilename(), file: await download.path() };
    };
    // The workbook first: store, table and day in its name, and a sheet of rows inside.
    const book = await takeAlong(page.locator("a[download]").first());
    assert.match(book.name, /^.+_.+_\d{4}-\d{2}-\d{2}\.xlsx$/);
    const sheet = member(readFileSync(book.file), "xl/worksheets/sheet1.xml");
    assert.ok(sheet.match(/<row /g).length > 1, "the workbook holds the table");
    assert.doesNotMatch(sheet, /<f[ >]/, "a cell is a formula");
    assert.match(member(readFileSync(book.file), "xl/workbook.xml"), /name="字段说明"/);
    const text = await takeAlong(page.locator('a[download$=".csv"]').first());
    assert.match(text.name, /\.csv$/);
    const rows = readFileSync(text.file, "utf8").split("\r\n");
    assert.ok(rows.length > 2, "the download holds the table");
    assert.deepEqual(take(problems), []);
    await context.close();
  });
});
