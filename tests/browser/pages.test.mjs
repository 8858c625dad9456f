// Every kind of page, on a phone and at a desk, in light and dark, in both languages.
import { after, before, describe, test } from "node:test";
import {
  DESK, LOCALES, PHONE, SMALLEST, axeFaults, chartTextFaults, fileUrl, kindsOf, launch, none, open, share, sidewaysScroll, site, take,
} from "./support.mjs";
import assert from "node:assert/strict";

const EXPECTED = [
  "index.html", "privacy/index.html", "feedback/index.html", "overview/index.html", "stores/index.html", "stores/*", "segments/index.html",
  "segments/*", "cells/*", "rfm/index.html", "products/index.html", "tiers/index.html", "service/feedback/index.html", "data/quality/index.html",
  "about/definitions/index.html", "about/guide/index.html", "about/models/index.html", "about/models/*", "alerts/index.html", "value/index.html",
  "lifecycle/index.html", "churn/index.html", "churn/*", "cohorts/index.html", "clusters/index.html", "groups/index.html", "groups/*",
  "baskets/index.html", "assortment/index.html", "seasons/index.html", "comparison/index.html", "targets/index.html", "regions/*", "rows/*",
  "tiers/*", "points/index.html", "points/*", "campaigns/index.html", "campaigns/*", "interactions/index.html", "interactions/*", "follow-ups/*",
  "care/index.html", "care/*", "contacts/*", "referrals/index.html", "referrals/*", "coupons/index.html",
];

/** Tables that a desk shows only in part: a figure that has to be scrolled to is not seen. */
function tablesCutOff(page) {
  return page.evaluate(() => [...document.querySelectorAll(".columns .table-scroll, .columns .chart-scroll")]
    .filter((box) => box.scrollWidth > box.clientWidth + 1)
    .map((box) => `${box.closest("[id]").id}: ${box.scrollWidth} px in a box of ${box.clientWidth} px`));
}

/** Letters in drawings beside the letters of the text: much larger or smaller ones look like a mistake. */
function lettersOutOfScale(page) {
  return page.evaluate(() => [...document.querySelectorAll(".chart svg")].flatMap((svg) => {
    const text = svg.querySelector("text");
    if (!text || svg.getBoundingClientRect().width === 0) return [];
    const size = parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a;
    return size > 18 || size < 9 ? [`${svg.closest("figure").id}: letters of ${size.toFixed(1)} px`] : [];
  }));
}

describe("every kind of page", () => {
  let browser;
  before(async () => { browser = await launch(); });
  after(async () => { await browser?.close(); });

  test("the chain has every kind of page in every language", () => {
    for (const locale of LOCALES) {
      const kinds = kindsOf(site("chain"), locale);
      none(EXPECTED.filter((kind) => !kinds.has(kind)), `pages missing in ${locale}`);
    }
  });

  for (const locale of LOCALES) {
    test(`${locale}: no error, no request outside, nothing cut off, accessible`, async () => {
      const folder = site("chain");
      const faults = [];
      const hands = await Promise.all([0, 1].map(() => open(browser)));
      await share(kindsOf(folder, locale), hands.length, async ([kind, address], hand) => {
        const { page, problems } = hands[hand];
        const note = (where, found) => faults.push(...found.map((fault) => `${kind} ${where}: ${fault}`));
        for (const [device, viewport, scheme] of [["phone", PHONE, "dark"], ["desk", DESK, "light"]]) {
          await page.setViewportSize(viewport);
          await page.emulateMedia({ colorScheme: scheme });
          await page.goto(fileUrl(folder, address));
          const language = await page.evaluate(() => document.documentElement.lang);
          if (language !== locale) note(device, [`the page says its language is ${language}`]);
          note(`${device} ${scheme}`, await axeFaults(page));
          note(device, await chartTextFaults(page));
          note(device, await lettersOutOfScale(page));
          if (device === "desk") note(device, await tablesCutOff(page));
          note(device, [await sidewaysScroll(page)].filter(Boolean));
          // The other scheme changes colours only, but a rule in the wrong place would move things.
          await page.emulateMedia({ colorScheme: scheme === "dark" ? "light" : "dark" });
          note(`${device}, other scheme`, [await sidewaysScroll(page)].filter(Boolean));
          note(device, take(problems));
        }
      });
      await Promise.all(hands.map(({ context }) => context.close()));
      none(faults, `faults in ${locale}`);
    });
  }

  test("dark really is dark, and charts turn with the page", async () => {
    const { context, page } = await open(browser);
    await page.goto(fileUrl(site("chain"), "overview/index.html"));
    const look = () => page.evaluate(() => {
      const lightness = (colour) => colour.match(/\d+(\.\d+)?/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 765;
      return {
        paper: lightness(getComputedStyle(document.body).backgroundColor),
        ink: lightness(getComputedStyle(document.body).color),
        letters: lightness(getComputedStyle(document.querySelector(".chart svg text")).fill),
      };
    });
    await page.emulateMedia({ colorScheme: "light" });
    const light = await look();
    await page.emulateMedia({ colorScheme: "dark" });
    const dark = await look();
    await context.close();
    assert.ok(light.paper > 0.9 && light.ink < 0.3 && light.letters < 0.5, JSON.stringify(light));
    assert.ok(dark.paper < 0.2 && dark.ink > 0.7 && dark.letters > 0.5, JSON.stringify(dark));
  });

  test("c53: a store page holds on a screen of 320 px", async () => {
    const folder = site("chain");
    const { context, page } = await open(browser, { viewport: SMALLEST });
    const faults = [];
    for (const address of ["stores/s001/index.html", "en/stores/s001/index.html", "feedback/index.html", "en/index.html"]) {
      await page.goto(fileUrl(folder, address));
      faults.push(...[await sidewaysScroll(page)].filter(Boolean).map((fault) => `${address}: ${fault}`));
    }
    await context.close();
    none(faults, "wider than the screen");
  });

  test("c53: a large figure stays in one piece within its box", async () => {
    const folder = site("chain");
    const faults = [];
    for (const viewport of [SMALLEST, PHONE, DESK]) {
      const { context, page } = await open(browser, { viewport });
      await page.goto(fileUrl(folder, "en/overview/index.html"));
      // Longer than this chain's own figures; the theme chooses the class by the number of characters.
      for (const [text, size] of [["￥1,465,529.11", "long"], ["￥123,456,789.00", "longest"]]) {
        const fault = await page.evaluate(([text, size]) => {
          const value = document.querySelector(".kpi-value");
          value.className = `kpi-value ${size}`;
          value.textContent = text;
          const line = parseFloat(getComputedStyle(value).lineHeight);
          return value.scrollWidth > value.clientWidth || value.clientHeight > line * 1.5
            ? `${text}: ${value.scrollWidth} px in ${value.clientWidth} px, ${value.clientHeight} px high` : "";
        }, [text, size]);
        if (fault) faults.push(`${viewport.width} px: ${fault}`);
      }
      await context.close();
    }
    none(faults, "figures that break or stick out");
  });

  test("one store and one sale make a sound book", async () => {
    const folder = site("small");
    const { context, page, problems } = await open(browser, { viewport: PHONE });
    const faults = [];
    for (const locale of LOCALES) {
      for (const [kind, address] of kindsOf(folder, locale)) {
        await page.goto(fileUrl(folder, address));
        const found = [
          ...take(problems), ...[await sidewaysScroll(page)].filter(Boolean), ...await chartTextFaults(page),
          // The definitions of tables speak of null themselves.
          ...(kind.startsWith("about/models/") ? [] : await page.evaluate(() => document.body.innerText.match(/\b(NaN|null|undefined|Infinity)\b/g) ?? [])),
        ];
        faults.push(...found.map((fault) => `${locale} ${kind}: ${fault}`));
      }
    }
    await context.close();
    none(faults, "faults");
  });
});
