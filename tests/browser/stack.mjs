// What the browser tests share: Chromium, the database behind the pages, pictures.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { signToken } from "../../api/token.mjs";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const demo = process.env.DEMO_LINK;
/** Empty without the retail data. */
export const shop = process.env.SHOP_LINK;
export const withoutRetail = shop ? false : "needs the retail data: REPLENISH_DATA";
export const runFolder = process.env.RUN_FOLDER;
export const DEMO_TENANT = "00000000-0000-4000-8000-00000000d000";
export const SHOP_TENANT = "00000000-0000-4000-8000-00000000d001";
export const SHOP_FACILITY = "00000000-0000-4000-8000-00000000f002";
export const secret = readFileSync(`${runFolder}/jwt_secret`, "utf8").trim();
export const dashboard = demo.split("#")[0];

const now = () => Math.floor(Date.now() / 1000);

/** A link with a token that lives for some seconds. */
export const linkFor = (tenant, seconds) =>
  `${dashboard}#token=${signToken({ tenant_id: tenant, sub: "planner", role: "replenish_api_user", exp: now() + seconds }, { secret })}`;

// Without these Chromium talks to its maker's servers at every start.
const ARGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

let running;
const browser = () => (running ??= chromium.launch({ executablePath: "/usr/bin/chromium", args: ARGS }));
export const closeBrowser = async () => (await running)?.close();

/**
 * A page of its own context. `complaints` collects what the console and the page report: scripts that failed
 * and what the content security policy refused. Call `calm()` at the end: it fails if there were any.
 */
export async function open(link, { phone = false, dark = false } = {}) {
  const context = await (await browser()).newContext({
    viewport: phone ? { width: 390, height: 844 } : { width: 1440, height: 900 },
    colorScheme: dark ? "dark" : "light",
    locale: "en-US",
    timezoneId: "UTC",
    hasTouch: phone,
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(link);
  return { page, context, calm: () => assert.deepEqual(complaints, []) };
}

export const search = (page) => page.getByRole("combobox", { name: "Material" });

/** Chooses a material as a planner does, and waits until its forecast is on the page. */
export async function choose(page, code) {
  await search(page).fill(code);
  await page.getByRole("option").filter({ hasText: code }).first().click();
  await page.locator("#forecast-table tbody tr").first().waitFor();
  await drawn(page);
}

/** Waits until the chart has been drawn after the last data came. */
export const drawn = (page) =>
  page.waitForFunction(() => {
    const last = (name) => performance.getEntriesByName(name).at(-1)?.startTime ?? -1;
    return last("series-loaded") >= 0 && last("chart-drawn") > last("series-loaded");
  });

export const picture = (page, name, options = {}) =>
  page.screenshot({ path: `${process.env.PICTURES}/${name}.png`, ...options });

/** Rows of a query, run as the superuser: what is really stored. Days come as text. */
export async function sql(text, values = [], tenant = DEMO_TENANT) {
  const { Client } = createRequire(`${root}api/graphql/package.json`)("pg");
  const client = new Client();
  await client.connect();
  try {
    await client.query("SELECT set_config('app.current_tenant_id', $1, false)", [tenant]);
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** How the page writes a day. */
export const dayText = (day) =>
  new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));

/** Presses one of the export buttons and reads the file. */
export async function download(page, name) {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("group", { name: "Export as CSV" }).getByRole("button", { name }).click(),
  ]);
  const text = readFileSync(await file.path(), "utf8");
  assert.ok(text.startsWith("\uFEFF"), "Excel knows it as UTF-8");
  return { name: file.suggestedFilename(), rows: parseCsv(text.slice(1)) };
}

/** What lies between the quotes and commas of a CSV file: rows of fields. */
function parseCsv(text) {
  const rows = [[]];
  let field = "";
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') field += text[(i += 1)];
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === "," || c === "\n") {
      rows.at(-1).push(field.replace(/\r$/, ""));
      field = "";
      if (c === "\n") rows.push([]);
    } else field += c;
  }
  assert.equal(field, "", "the last line ends with a line break");
  rows.pop();
  const [names, ...lines] = rows;
  return lines.map((line) => Object.fromEntries(names.map((name, i) => [name, line[i]])));
}
