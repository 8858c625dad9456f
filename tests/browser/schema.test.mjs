// The JSON Schema of storebook.toml, judged by a validator that is not ours.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import Ajv2020 from "ajv/dist/2020.js";
import { parse } from "smol-toml";

const root = join(import.meta.dirname, "../..");
const schema = JSON.parse(execFileSync(process.env.STOREBOOK ?? "storebook", ["schema"], { encoding: "utf8" }));
const fits = new Ajv2020({ strict: false, allErrors: true, validateFormats: false }).compile(schema);

test("every storebook.toml of the repository fits the schema", () => {
  assert.equal(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
  const files = [join(root, "storebook.toml")];
  for (const entry of readdirSync(join(root, "tests"), { recursive: true, withFileTypes: true })) {
    if (entry.name === "storebook.toml" && !entry.parentPath.includes("node_modules")) files.push(join(entry.parentPath, entry.name));
  }
  assert.ok(files.length >= 4, files.join(", "));
  for (const file of files) {
    assert.ok(fits(parse(readFileSync(file, "utf8"))), `${file}: ${JSON.stringify(fits.errors)}`);
  }
});

test("the schema knows every setting and no other", () => {
  const cases = [
    ["", true],
    ["config_version = 1", true],
    ["[rfm]\nwindow = 730\nhigh = 3.5\ncuts = { recency = [1, 2, 3, 4] }", true],
    ['[rfm]\nwindow = "all"', true],
    ['[vars]\nanything = { a = [1, "b"] }', true],
    ['[engine]\nmemory_limit = "2GB"\nthreads = 2\ntemp_dir = "/fast"', true],
    ['[[source]]\ntable = "transactions"\nfiles = ["*.csv"]\nheader = false\nfields = ["a"]', true],
    ['[gate]\nmax_row_drop = 0.5\n[arrivals]\ndue_days = 2\n[periods]\nclosed_through = "2026-09"', true],
    ['[[notify]]\nkind = "wecom"\nurl_env = "STOREBOOK_URL"', true],
    ["titel = 1", false],
    ['[site]\ntitel = "x"', false],
    ["[site]\ntitle = 1", false],
    ['[engine]\nspill = "/x"', false],
    ['[tiers]\nlevels = [{ name = "a" }]', true],
    ['[tiers]\nlevels = [{ nmae = "a" }]', false],
    ['[[source]]\ntabel = "x"', false],
    ['[contract]\nunknown_store = "maybe"', false],
    ['[[notify]]\nkind = "fax"\nurl_env = "X"', false],
    ["[gate]\nmax_rowdrop = 1", false],
    ["config_version = 2", false],
  ];
  for (const [text, expected] of cases) {
    assert.equal(fits(parse(text)), expected, `${text}: ${JSON.stringify(fits.errors)}`);
  }
});
