// A chain whose every text attacks: each string of tests/naughty/strings.json stands in every text column of every
// table of the contract, in ids, in columns of no table, in headers and in names of files.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

export const STRINGS = Object.values(JSON.parse(readFileSync(here("../naughty/strings.json"), "utf8"))).flat();

/** A million characters with a script in the middle; no place to break it. */
export const MEGA = `${"巨".repeat(1000)}<script>alert(1)</script>${"x".repeat(998_000)}`;

/** Tables and columns as docs/data.md lists them; a test of the program holds that list against the contract. */
export function contract() {
  const text = readFileSync(here("../../docs/data.md"), "utf8");
  const [, chapter] = text.split(/^## The contract$/m);
  const tables = new Map();
  let columns = [];
  for (const line of chapter.split(/^## /m)[0].split("\n")) {
    const heading = line.match(/^### ([a-z_]+)$/)?.[1];
    if (heading) tables.set(heading, columns = []);
    const [, name, holds] = line.match(/^\| \**`([a-z_]+)`\** \| (.*) \|$/) ?? [];
    if (name && tables.size && !/^(filled|`)/.test(holds)) columns.push({ name, holds });
  }
  return tables;
}

/** A number that lost its digits is the one string that cannot be an id: such a row goes to quarantine. */
const asId = (text) => (text === "1.0e+10" ? "1.0e+10?" : text);

const at = (list, i) => list[i % list.length];

/** Each store has a page, so a quarter of the stores carries all the strings, four in each text. */
const STORES = Math.ceil(STRINGS.length / 4);
const four = (i) => [0, 1, 2, 3].map((n) => at(STRINGS, i % STORES + n * STORES)).join(" ");

/** What names a row of each table, and the columns of other tables that speak of it. */
const KEYS = ["transaction_id", "record_id", "store_id", "staff_id", "sku", "feedback_id"];

const DAY = 86_400_000;
const daysAgo = (days) => new Date(Date.UTC(2026, 9, 31) - days * DAY).toISOString().slice(0, 10);

/** Values that must be what they are for the row to be taken. */
const TOLD = {
  "transactions.kind": () => "sale",
  "transactions.currency": () => "CNY",
  "transactions.line_no": () => 1,
  "transactions.quantity": (i) => 1 + i % 3,
  "transactions.amount": (i) => 20 + i % 7 * 10,
  "stores.closed_on": () => "",
  "staff.left_on": () => "",
  // Another name of a store is none of the names of stores.
  "store_aliases.alias": (i) => `${four(i)}~`,
  "store_successions.successor_id": (i) => four(i + 1),
  "store_successions.effective_on": (i) => (i % 8 ? "2027-03-01" : "2026-08-01"),
};

/** The value of row `i`; `shift` is another one for each column, so that each meets every string. */
function value(table, { name, holds }, i, shift) {
  const told = TOLD[`${table}.${name}`];
  if (told) return told(i);
  if (name === "store_id") return four(i);
  if (KEYS.includes(name)) return asId(at(STRINGS, i));
  const words = [...holds.matchAll(/`([^`]+)`/g)].map(([, word]) => word);
  if (holds.startsWith("one of")) return at(words, i);
  if (/^(id|text|code)\b/.test(holds) && table === "stores") return four(i + shift);
  if (/^(id|text|code)\b/.test(holds)) return asId(at(STRINGS, i + shift));
  if (holds.startsWith("integer")) return 1 + i % 5;
  if (/^(money|quantity)/.test(holds)) return 10 + i % 40;
  if (holds === "yes/no") return i % 2 ? "yes" : "no";
  if (holds === "month") return `2026-0${1 + i % 9}`;
  if (holds === "date") return daysAgo(i % 300);
  if (holds === "date and time") return `${daysAgo(Math.floor(i % 420))} 1${i % 10}:00:00`;
  throw new Error(`${table}.${name}: what does "${holds}" hold?`);
}

/** Headers that mean nothing to the program: their columns are kept beside those of the contract. */
const EXTRA = ["<script>alert(1)</script>", "{{ 7 * 7 }}\"'; drop table customers; --", "=cmd|'/c calc'!A1", "\u202e{% raw %}\ue0000\ue001", "__proto__"];

/** Rows of one table, its header first. */
function rowsOf(table, columns, count) {
  const row = (i) => [
    ...columns.map((column, j) => value(table, column, i, 1 + j * 11)),
    ...EXTRA.map((_, j) => at(STRINGS, i + 3 + j * 5)),
  ];
  // Every second store has the next one for its successor: a chain through all of them would leave one store.
  const every = table === "store_successions" ? 2 : 1;
  const places = Array.from({ length: Math.floor(count / every) }, (_, i) => i * every);
  return [[...columns.map(({ name }) => name), ...EXTRA], ...places.map(row)];
}

/** One row more, with the longest text there is in one column. */
function giant(table, rows, column, id) {
  const [header] = rows;
  const row = rows.at(-1).map((cell, i) => (header[i] === column ? MEGA : header[i] === id ? `giant ${table}` : cell));
  return [...rows, row];
}

function csv(folder, name, rows) {
  const cell = (value) => `"${String(value).replaceAll("\"", "\"\"")}"`;
  writeFileSync(path.join(folder, "data", name), `${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`);
}

/** Names of files as people's tools would never write them. */
const FILES = [
  "<img src=x onerror=alert(1)>", "{{ 7 * 7 }}{% raw %}", "'; drop table files; --", "$(touch owned) `id`", "=cmd|' !A1",
  "\u202egnp.exe", "%2e%2e%2f%0a::error::x", "line\nbreak\rand\ttab\u001b[31m", "[x](javascript:alert(1))", "\ue0000\ue001", "a,b;c|\"d\"", "-rf",
];

/** Every row of a table on a page of its own, with a download. */
const page = (table) => `+++
title = "${table}"
audience = "hq"
[queries.rows]
sql = "select * from {{ source('${table}') }} order by all limit 400"
+++
{{ table(rows, download=true) }}
`;

/** Without its giants the chain is quick to open. */
export function writeNaughty(folder, giants = true) {
  for (const name of ["data", "content/raw"]) mkdirSync(path.join(folder, name), { recursive: true });
  writeFileSync(path.join(folder, "storebook.toml"), "[project]\ncurrency = \"CNY\"\ntimezone = \"Asia/Shanghai\"\n\n[periods]\nclosed_through = \"2026-09\"\n");
  const count = STRINGS.length;
  for (const [table, columns] of contract()) {
    let rows = rowsOf(table, columns, { transactions: count * 2, stores: STORES, store_aliases: STORES, store_successions: STORES }[table] ?? count);
    if (table === "transactions") {
      // The same person comes again, each time with another receipt.
      rows = rows.map((row, i) => row.map((cell, j) => (rows[0][j] === "transaction_id" && i > count ? `${cell} ${i}` : cell)));
      const parts = FILES.slice(1).map((_, part) => rows.slice(1).filter((_, i) => i % (FILES.length - 1) === part));
      parts.forEach((part, i) => csv(folder, `sales ${FILES[i + 1]}.csv`, [rows[0], ...part]));
    } else {
      const long = { stores: "name", customers: "name", products: "name", feedback: "text" }[table];
      if (giants && long) rows = giant(table, rows, long, rows[0].find((name) => KEYS.includes(name)));
      csv(folder, `${table} ${FILES[0]}.csv`, rows);
    }
    writeFileSync(path.join(folder, "content", "raw", `${table}.md`), page(table));
  }
}

/** People who hold codes: called by the worst of the strings. */
export const NAUGHTY_READERS = [STRINGS[0], ...["../../etc/passwd", "=cmd|'/c calc'!A1", "\");alert(1);(\"", "{{ 7 * 7 }}"].filter((id) => STRINGS.includes(id))];
