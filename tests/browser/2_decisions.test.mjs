// What a planner decides: suggestions, figures by hand, service levels. On the demo tenant and on the shop.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import {
  choose, closeBrowser, dashboard, dayText, DEMO_TENANT, demo, download, drawn, open, picture, shop, SHOP_FACILITY, SHOP_TENANT, sql,
  withoutRetail,
} from "./stack.mjs";

after(closeBrowser);

const suggestions = (tenant = DEMO_TENANT) =>
  sql(
    `SELECT s.suggestion_id, m.material_code, s.urgency_level, s.suggestion_status, s.reviewed_by, s.review_notes
     FROM replenish.replenishment_suggestions AS s JOIN replenish.materials AS m USING (tenant_id, material_id)
     WHERE s.tenant_id = $1
     ORDER BY array_position(ARRAY['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'], s.urgency_level),
        s.days_until_stockout NULLS LAST, s.material_id`,
    [tenant],
    tenant,
  );
const overrides = () =>
  sql(
    `SELECT forecast_date::text, override_quantity::float8 AS quantity, override_reason, override_by, expires_at IS NOT NULL AS expires
     FROM replenish.forecast_overrides WHERE tenant_id = $1 AND revoked_at IS NULL ORDER BY forecast_date`,
    [DEMO_TENANT],
  );
const forecastDays = () =>
  sql(
    `SELECT f.forecast_date::text AS day FROM replenish.material_forecasts AS f JOIN replenish.materials AS m USING (tenant_id, material_id)
     WHERE m.tenant_id = $1 AND m.material_code = 'MAT-FCST-003' AND f.forecast_status = 'ACTIVE' ORDER BY 1`,
    [DEMO_TENANT],
  );
const status = async (id) => (await suggestions()).find((s) => s.suggestion_id === id);

test("the worklist has the most urgent first, and more on demand", { skip: withoutRetail }, async () => {
  const { page, calm } = await open(shop);
  await page.locator(".card-name").nth(19).waitFor();
  await page.getByRole("button", { name: /^Show more/ }).click();
  await page.locator(".card-name").nth(39).waitFor();
  const stored = (await suggestions(SHOP_TENANT)).slice(0, 40);
  const shown = await page.locator(".card").evaluateAll((cards) =>
    cards.map((card) => [card.querySelector(".card-name .material-code").textContent, card.dataset.urgency]),
  );
  assert.deepEqual(shown, stored.map((s) => [s.material_code, s.urgency_level]));
  calm();
});

test("approving and rejecting are stored under the planner's name, and leave the list", async () => {
  const { page, calm } = await open(demo);
  const open_ = (await suggestions()).filter((s) => s.suggestion_status === "PENDING");
  assert.equal(open_.length, 3);
  const [first, second] = open_;
  await page.getByRole("button", { name: `Approve ${first.material_code}` }).click();
  await page.getByText(new RegExp(`^Approved: [\\d,]+ EA of ${first.material_code}`)).waitFor();
  await page.locator(".card", { hasText: first.material_code }).waitFor({ state: "detached" });
  await page.locator(".worklist-scroll:focus").waitFor();
  assert.deepEqual([(await status(first.suggestion_id)).suggestion_status, (await status(first.suggestion_id)).reviewed_by], ["APPROVED", "demo"]);

  // The other one from its panel, with a note.
  await page.locator(".card-name", { hasText: second.material_code }).click();
  const panel = page.getByRole("region", { name: "Suggestion", exact: true });
  await panel.getByText("How this was calculated").click();
  await panel.getByText("Reorder point", { exact: true }).waitFor();
  await picture(page, "21-explained", { fullPage: true });
  await panel.getByLabel("Note (optional)").fill("Enough for the season");
  await panel.getByRole("button", { name: "Reject this suggestion" }).click();
  await panel.getByText("Rejected by demo").waitFor();
  await page.locator(".card", { hasText: second.material_code }).waitFor({ state: "detached" });
  const decided = await status(second.suggestion_id);
  assert.deepEqual([decided.suggestion_status, decided.review_notes], ["REJECTED", "Enough for the season"]);

  // What is approved is not computed anew, and the page says so; it can still be rejected.
  await choose(page, first.material_code);
  await panel.getByText("Approved by demo").waitFor();
  await panel.getByRole("button", { name: "Compute again" }).click();
  await page.getByText("The approved order stays as it is; reject it to have it computed anew.").waitFor();
  assert.equal(await panel.getByRole("button", { name: "Approve this suggestion" }).count(), 0);
  await panel.getByRole("button", { name: "Reject this suggestion" }).click();
  await panel.getByText("Rejected by demo").waitFor();
  calm();
});

test("a suggestion that someone else has decided on says so, in the database's words", async () => {
  const { page } = await open(demo);
  const third = (await suggestions()).find((s) => s.suggestion_status === "PENDING");
  const approve = page.getByRole("button", { name: `Approve ${third.material_code}` });
  await approve.waitFor();
  const decide = (to) =>
    sql("UPDATE replenish.replenishment_suggestions SET suggestion_status = $2 WHERE suggestion_id = $1 AND tenant_id = $3", [third.suggestion_id, to, DEMO_TENANT]);
  await decide("REJECTED");
  await approve.click();
  const note = page.locator(".card .note-error");
  await note.waitFor();
  assert.match(await note.innerText(), /Suggestion \S+ is REJECTED already\. Only open suggestions can be decided on/);
  await picture(page, "22-refused");
  await note.getByRole("button", { name: "Reload the list" }).click();
  await page.getByText("Nothing waits for a decision here").waitFor();
  await decide("PENDING");
});

test("an order that a run has changed meanwhile is not approved unseen", async () => {
  const { page } = await open(demo);
  const third = (await suggestions()).find((s) => s.suggestion_status === "PENDING");
  const approve = page.getByRole("button", { name: `Approve ${third.material_code}` });
  await approve.waitFor();
  const [{ quantity }] = await sql(
    `UPDATE replenish.replenishment_suggestions
     SET recommended_order_quantity = recommended_order_quantity + 7.25, suggestion_generation_timestamp = now()
     WHERE suggestion_id = $1 AND tenant_id = $2 RETURNING recommended_order_quantity::float8 AS quantity`,
    [third.suggestion_id, DEMO_TENANT],
  );
  await approve.click();
  const note = page.locator(".card .note-error");
  await note.waitFor();
  assert.match(await note.innerText(), new RegExp(`has changed since it was read[^]*Read it again[^]*It proposes ${quantity} EA now`));
  await picture(page, "22-changed");
  assert.equal((await status(third.suggestion_id)).suggestion_status, "PENDING");
  await note.getByRole("button", { name: "Reload the list" }).click();
  await page.locator(".card", { hasText: third.material_code }).getByText(`${quantity.toLocaleString("en-US")} EA`).waitFor();
  assert.equal(await note.count(), 0, "the note goes with the numbers that it was about");
  await sql(
    "UPDATE replenish.replenishment_suggestions SET recommended_order_quantity = recommended_order_quantity - 7.25 WHERE suggestion_id = $1 AND tenant_id = $2",
    [third.suggestion_id, DEMO_TENANT],
  );
});

test("an order of a new material, which has no forecast yet, has its name", async () => {
  const id = "00000000-0000-4000-8000-0000000000ee";
  await sql(
    `WITH m AS (
       INSERT INTO replenish.materials (tenant_id, material_id, material_code, material_name, primary_uom, minimum_stock_quantity)
       VALUES ($1, $2, 'NEW-001', 'Just listed', 'KG', 20) RETURNING tenant_id, material_id)
     INSERT INTO replenish.inventory_levels (tenant_id, facility_id, material_id, on_hand_quantity)
     SELECT tenant_id, '00000000-0000-4000-8000-00000000f001', material_id, 1 FROM m`,
    [DEMO_TENANT, id],
  );
  await sql(
    "SELECT count(*) FROM replenish.generate_replenishment_recommendations($1, '00000000-0000-4000-8000-00000000f001', ARRAY[$2]::uuid[])",
    [DEMO_TENANT, id],
    DEMO_TENANT,
  );
  const { page, calm } = await open(demo);
  await page.locator(".card", { hasText: "Just listed" }).getByRole("button", { name: "Approve NEW-001" }).waitFor();
  calm();
  for (const table of ["replenishment_suggestions", "inventory_levels", "materials"]) {
    await sql(`DELETE FROM replenish.${table} WHERE tenant_id = $1 AND material_id = $2`, [DEMO_TENANT, id]);
  }
});

test("a figure is kept as it is typed, digit by digit", async () => {
  const { page, calm } = await open(demo);
  await choose(page, "MAT-FCST-003");
  await page.getByRole("button", { name: "Adjust a day" }).click();
  const figure = page.getByRole("form", { name: "Adjust the forecast of a day" }).getByLabel("Quantity (EA)");
  for (const typed of ["1.05", "0.005", "40"]) {
    await figure.fill("");
    await figure.pressSequentially(typed);
    assert.equal(await figure.inputValue(), typed);
  }
  calm();
});

test("a figure typed by hand comes before the model's, is marked, and can be taken back", async () => {
  const { page, calm } = await open(demo);
  await choose(page, "MAT-FCST-003");
  const day = (await forecastDays())[4].day;
  await page.getByRole("button", { name: "Adjust a day" }).click();
  const form = page.getByRole("form", { name: "Adjust the forecast of a day" });
  await form.getByLabel("Day").fill(day);
  await form.getByLabel("Day").blur();
  await form.getByText(dayText(day)).waitFor();
  await form.getByLabel("Quantity (EA)").fill("222");
  await form.getByLabel("Reason").fill('=1+1, a "fair"');
  await form.getByLabel("Holds until").fill("2099-12-31");
  await picture(page, "23-override");
  await form.getByRole("button", { name: "Save" }).click();
  await page.getByText(`${dayText(day)} is now 222 EA.`).waitFor();
  assert.deepEqual(await overrides(), [
    { forecast_date: day, quantity: 222, override_reason: '=1+1, a "fair"', override_by: "demo", expires: true },
  ]);
  const row = page.locator(`#forecast-table tr[data-date="${day}"]`);
  await row.getByText("adjusted by hand").waitFor({ state: "attached" });
  assert.match(await row.innerText(), /222/);
  // A spreadsheet would run it as a formula: the apostrophe keeps it text.
  const line = (await download(page, "Forecasts")).rows.find((r) => r.forecast_date === day);
  assert.deepEqual([line.manual_override_quantity, line.manual_override_reason], ["222", "'=1+1, a \"fair\""]);

  await row.getByRole("button", { name: /^Adjust/ }).click();
  await form.getByRole("button", { name: "Take back" }).click();
  await page.getByText(`The model's figure for ${dayText(day)} is back in force.`).waitFor();
  await row.getByText("adjusted by hand").waitFor({ state: "detached" });
  assert.deepEqual(await overrides(), []);
  calm();
});

test("dragging on the chart chooses day and figure", async () => {
  const { page, calm } = await open(demo);
  await choose(page, "MAT-FCST-003");
  const days = (await forecastDays()).map((row) => row.day);
  await page.getByRole("button", { name: "Adjust a day" }).click();
  await page.locator("#forecast-chart").scrollIntoViewIfNeeded();
  const form = page.getByRole("form", { name: "Adjust the forecast of a day" });
  const at = async () => [await form.getByLabel("Day").inputValue(), Number(await form.getByLabel("Quantity (EA)").inputValue())];
  const box = await page.locator("#forecast-chart").boundingBox();
  await page.mouse.move(box.x + box.width * 0.8, box.y + box.height * 0.7);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.8, box.y + box.height * 0.6, { steps: 3 });
  const low = await at();
  await page.mouse.move(box.x + box.width * 0.82, box.y + box.height * 0.3, { steps: 5 });
  await page.mouse.up();
  await page.mouse.move(box.x + box.width * 0.82, box.y + box.height * 0.9);
  const high = await at();
  assert.ok(days.includes(low[0]) && days.includes(high[0]) && low[0] < high[0], `${low} ${high}`);
  assert.ok(high[1] > low[1] && low[1] > 0, `${low} ${high}`);
  await picture(page, "24-drag");
  await form.getByLabel("Reason").fill("Dragged");
  await form.getByRole("button", { name: "Save" }).click();
  await page.getByText(/is now [\d.,]+ EA\./).waitFor();
  const [stored] = await overrides();
  assert.deepEqual([stored.forecast_date, stored.quantity], high);
  await page.locator(`#forecast-table tr[data-date="${high[0]}"]`).getByText("adjusted by hand").waitFor({ state: "attached" });
  await drawn(page);
  await picture(page, "25-by-hand");
  calm();
});

test("the service-level slider shows stock and cost of every level", { skip: withoutRetail }, async () => {
  const { page, calm } = await open(shop);
  await choose(page, "85123A");
  const panel = page.getByRole("region", { name: "Service level", exact: true });
  const slider = panel.getByRole("slider");
  const fact = async (name) => panel.locator(".facts > div", { hasText: name }).locator("dd").innerText();
  await panel.getByText("Cost of these days").waitFor();
  for (const [keys, level, shown] of [[["Home"], 0.8, "80.0%"], [["End"], 0.995, "99.5%"], [["ArrowLeft"], 0.99, "99.0%"]]) {
    for (const key of keys) await slider.press(key);
    assert.equal(await panel.locator("output").innerText(), shown);
    const [stored] = await sql(
      `SELECT p.safety_stock_quantity::float8 AS stock, s.total_cost::float8 AS cost
       FROM replenish.materials AS m
       CROSS JOIN LATERAL replenish.calculate_safety_stock(m.tenant_id, $2, m.material_id, $3) AS p
       CROSS JOIN LATERAL replenish.simulate_policy(m.tenant_id, $2, ARRAY[m.material_id], ARRAY[$3::float8]) AS s
       WHERE m.tenant_id = $1 AND m.material_code = '85123A'`,
      [SHOP_TENANT, SHOP_FACILITY, level],
      SHOP_TENANT,
    );
    const expected = `${Math.round(stored.stock).toLocaleString("en-US")} EA`;
    await panel.locator("dd", { hasText: expected }).first().waitFor();
    assert.equal(await fact("Safety stock"), expected);
    assert.equal(await fact("Cost of these days"), stored.cost >= 1000 ? Math.round(stored.cost).toLocaleString("en-US") : stored.cost.toFixed(2));
  }
  await panel.scrollIntoViewIfNeeded();
  await picture(page, "26-service-level");
  calm();
});

test("the address names the material, never the token; reloading shows it again", async () => {
  const { page, context, calm } = await open(demo);
  await choose(page, "MAT-FCST-002");
  const { search, hash } = new URL(page.url());
  assert.match(search, /^\?material=MAT-FCST-002&facility=[0-9a-f-]{36}$/);
  assert.equal(hash, "");
  await page.reload();
  await page.getByRole("heading", { name: "MAT-FCST-002 Trending demand" }).waitFor();
  const other = await context.newPage();
  await other.goto(dashboard + search);
  await other.getByLabel("Access token").waitFor();
  calm();
});

test("a tenant with several facilities chooses among them", async () => {
  const second = "00000000-0000-4000-8000-00000000f0f0";
  await sql("INSERT INTO replenish.facilities (tenant_id, facility_id, facility_code, facility_name) VALUES ($1, $2, 'FAC-002', 'Second <b>warehouse</b>')", [DEMO_TENANT, second]);
  const { page, calm } = await open(demo);
  await choose(page, "MAT-FCST-001");
  await page.getByLabel("Facility").selectOption({ label: "Second <b>warehouse</b>" });
  await page.getByRole("heading", { name: "Select a material to begin" }).waitFor();
  await page.getByText("Nothing waits for a decision here").waitFor();
  await sql("DELETE FROM replenish.facilities WHERE tenant_id = $1 AND facility_id = $2", [DEMO_TENANT, second]);
  calm();
});

test("the strip tells the last run of every job and the open alerts", async () => {
  await sql("CALL replenish.run_alerts()");
  const { page, calm } = await open(demo);
  const strip = page.getByRole("region", { name: "Nightly jobs and alerts" });
  for (const job of ["Forecasts", "Accuracy", "Replenishment"]) {
    await strip.locator("li", { hasText: `${job} completed` }).waitFor();
  }
  const [{ count }] = await sql("SELECT count(*)::int FROM replenish_api.get_alerts(true)");
  await strip.getByText(count === 0 ? "No open alerts" : `${count} open alert`).first().waitFor();
  if (count > 0) {
    await strip.getByText(/open alert/).click();
    assert.equal(await strip.locator(".alert-list li").count(), count);
    await picture(page, "27-alerts");
  }
  calm();
});
