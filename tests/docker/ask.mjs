// Asks the stack of docker/compose.yaml for its page, its health, and the demo tenant's forecasts: ask.mjs ORIGIN TOKEN
const [origin, token] = process.argv.slice(2);

async function ask(path, options) {
  const answer = await fetch(origin + path, options);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
  return text;
}

if (!(await ask("/inventory-forecasting")).includes("<script")) throw new Error("the page has no script");
const health = JSON.parse(await ask("/health"));
if (health.status !== "healthy") throw new Error(`health: ${JSON.stringify(health)}`);
const query = `{ getReplenishmentRecommendations(tenantId: "00000000-0000-4000-8000-00000000d000",
  facilityId: "00000000-0000-4000-8000-00000000f001") { suggestionId recommendedOrderQuantity } }`;
const post = (headers) => fetch(`${origin}/graphql`, {
  method: "POST",
  headers: { "Content-Type": "application/json", ...headers },
  body: JSON.stringify({ query }),
});
const answer = await (await post({ Authorization: `Bearer ${token}` })).json();
if (!(answer.data?.getReplenishmentRecommendations?.length > 0)) throw new Error(JSON.stringify(answer));
const refused = await post({ Authorization: `Bearer ${token}x` });
if (refused.status !== 401) throw new Error(`a token with another signature is answered ${refused.status}`);
