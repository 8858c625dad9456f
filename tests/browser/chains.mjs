// Two made-up chains no generator would make: one whose names attack the page, and the smallest one there can be.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** 200 characters without a place to break but between any two. */
const LONG = "天长地久有时尽此恨绵绵无绝期".repeat(15).slice(0, 200);

export const HOSTILE_STORES = {
  H1: "<script>alert(1)</script>",
  H2: "\"><img src=x onerror=alert(1)>",
  H3: "[x](javascript:alert(1))",
  H4: LONG,
  H5: "左\u202Eevil‮ gnp.exe",
  H6: "{{ 7 * 7 }}{% raw %}</style></title></svg><svg onload=alert(1)>",
  H7: "https://evil.example/" + "a".repeat(120),
  H8: "=cmd|'/c calc'!A1",
};

const PRODUCTS = {
  "P<1>": "<b onmouseover=alert(1)>香皂</b>",
  "P\"2": "';alert(1)//\" onfocus=alert(1) autofocus x=\"",
  P3: LONG,
  P4: "| a | b |\n|---|---|\n# 标题",
  P5: "![x](https://evil.example/x.png) <https://evil.example/>",
};

const CATEGORIES = ["<svg/onload=alert(1)>", "**清洁**", "N/A", "&lt;script&gt;alert(1)&lt;/script&gt;", LONG.slice(0, 60)];

function csv(folder, name, rows) {
  const cell = (value) => {
    const text = String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll("\"", "\"\"")}"` : text;
  };
  const file = path.join(folder, "data", name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${rows.map((row) => row.map(cell).join(",")).join("\n")}\n`);
}

/** Sales of 14 months: each customer comes back at a pace of its own, so that every segment has somebody. */
function sales() {
  const stores = Object.keys(HOSTILE_STORES);
  const products = Object.keys(PRODUCTS);
  const rows = [];
  const end = Date.UTC(2026, 9, 31);
  for (let person = 0; person < 60; person += 1) {
    const pace = 5 + (person * 17) % 120;
    const last = (person * 7) % 150;
    for (let visit = 0; visit < 12; visit += 1) {
      const ago = last + visit * pace;
      if (ago > 425) break;
      const day = new Date(end - ago * 86_400_000).toISOString().slice(0, 10);
      const product = (person + visit) % products.length;
      rows.push([`T${person}-${visit}`, `${day} 1${visit % 10}:00:00`, stores[(person + visit % 2) % stores.length], `M${person}`, products[product], 1 + visit % 3, 10 + product * 25]);
    }
  }
  return rows.map(([id, at, store, person, sku, quantity, price]) => [id, at, store, person, sku, quantity, price, quantity * price]);
}

export function writeHostile(folder) {
  mkdirSync(path.join(folder, "data"), { recursive: true });
  writeFileSync(path.join(folder, "storebook.toml"), [
    "[site]", "title = \"<script>alert(1)</script> & Söhne\"", "",
    "[project]", "currency = \"CNY\"", "timezone = \"Asia/Shanghai\"", "",
    "[periods]", "closed_through = \"2026-09\"", "",
  ].join("\n"));
  const regions = ["<i>东</i>", LONG.slice(0, 80), "\"'`"];
  csv(folder, "stores.csv", [
    ["store_id", "name", "region", "city", "address", "opened_on"],
    ...Object.entries(HOSTILE_STORES).map(([id, name], i) => [id, name, regions[i % 3], "<u>城</u>", `<img src=x onerror=alert(1)> ${LONG}`, "2020-01-01"]),
  ]);
  csv(folder, "products.csv", [
    ["sku", "name", "category", "price"],
    ...Object.entries(PRODUCTS).map(([sku, name], i) => [sku, name, CATEGORIES[i], 10 + i * 25]),
  ]);
  csv(folder, "customers.csv", [
    ["record_id", "name", "store_id", "joined_on", "level"],
    ...Array.from({ length: 60 }, (_, i) => [`M${i}`, i % 2 ? `<script>alert(${i})</script>` : LONG, Object.keys(HOSTILE_STORES)[i % 8], "2025-06-01", i % 3 ? "<b>金卡</b>" : "javascript:alert(1)"]),
  ]);
  csv(folder, "transactions.csv", [
    ["transaction_id", "ordered_at", "store_id", "record_id", "sku", "quantity", "unit_price", "amount"],
    ...sales(),
  ]);
  csv(folder, "feedback.csv", [
    ["feedback_id", "at", "record_id", "store_id", "channel", "kind", "nps", "text", "status"],
    ...Array.from({ length: 16 }, (_, i) => [
      `F${i}`, `2026-10-${10 + i} 10:00:00`, `M${i}`, Object.keys(HOSTILE_STORES)[i % 8], "wechat", i % 2 ? "complaint" : "praise", i % 11,
      ["<script>alert(document.domain)</script>", LONG, "<a href=\"javascript:alert(1)\">x</a>", "x".repeat(300)][i % 4], "open",
    ]),
  ]);
}

export function writeSmall(folder) {
  csv(folder, "transactions.csv", [
    ["transaction_id", "ordered_at", "store_id", "record_id", "sku", "product_name", "quantity", "unit_price", "amount"],
    ["T1", "2026-10-31 10:00:00", "S1", "M1", "P1", "香皂", 1, "9.90", "9.90"],
  ]);
}
