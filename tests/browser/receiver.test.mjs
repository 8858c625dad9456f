// The feedback form of a book on one address and the receiver on another, as a browser sends it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { PHONE, STRICT_CSP, launch, none, open, run, serve, take } from "./support.mjs";

const NUMBER = /[0-9A-Z]{5}-[0-9A-Z]{5}/;

async function freePort() {
  const server = createServer();
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

describe("the feedback form and the receiver", () => {
  let browser;
  let folder;
  let host;
  let receiver;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "storebook-receiver-"));
    run(["demo", folder, "--stores", "2", "--customers", "60", "--days", "120", "--seed", "5"]);
    const port = await freePort();
    const at = `http://127.0.0.1:${port}`;
    appendFileSync(path.join(folder, "storebook.toml"), `\n[portal]\nfeedback_endpoint = "${at}/feedback"\n\n[receive]\ndeliver_seconds = 1\n`);
    run(["--project", folder, "build", "--unsealed"]);
    host = await serve(path.join(folder, "output"), "/", STRICT_CSP.replace("mailto:", `mailto: ${at}`));
    browser = await launch();
    const origin = new URL(host.base).origin;
    receiver = spawn(process.env.STOREBOOK, ["--project", folder, "receive", "--port", String(port), "--origin", origin], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((ready, gone) => {
      receiver.stdout.on("data", (text) => String(text).includes("Receiving on") && ready());
      receiver.on("exit", () => gone(new Error("the receiver ended")));
    });
  });
  after(async () => {
    receiver?.kill("SIGKILL");
    host?.close();
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("c41: what is sent with and without a script gets a number and stands in the next report", async () => {
    const sent = new Map();
    for (const [script, address, thanks] of [[true, "feedback/index.html", "收到了"], [false, "en/feedback/index.html", "Thank you"]]) {
      const { context, page, problems } = await open(browser, { viewport: PHONE, javaScriptEnabled: script });
      await page.goto(host.base + address);
      const words = `排队太久 <b>${script}</b>`;
      await page.locator("form.feedback [name=text]").fill(words);
      await page.locator("form.feedback [name=consent]").check();
      await page.locator("form.feedback [type=submit]").click();
      await page.getByText(thanks).first().waitFor();
      const number = (await page.locator("main").textContent()).match(NUMBER)[0];
      assert.equal(sent.has(number), false, "a number of its own");
      sent.set(number, words);
      none(take(problems), "sending");
      await context.close();
    }
    const ended = new Promise((done) => receiver.on("exit", done));
    receiver.kill("SIGINT");
    await ended;
    const drop = path.join(folder, "data", "received");
    const rows = readdirSync(drop).flatMap((name) => readFileSync(path.join(drop, name), "utf8").trim().split("\n").map((line) => JSON.parse(line)));
    assert.deepEqual(new Map(rows.map((row) => [row.feedback_id, row.text])), sent);
    run(["--project", folder, "build", "--unsealed"]);
    const report = readFileSync(path.join(folder, "output", "service", "feedback", "index.html"), "utf8");
    for (const words of ["true", "false"]) assert.ok(report.includes(`排队太久 &lt;b&gt;${words}&lt;/b&gt;`), words);
  });
});
