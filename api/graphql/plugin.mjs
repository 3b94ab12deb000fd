// The operations as a PostGraphile plugin: each root field is one statement over replenish_api, run
// in a transaction of its own with the tenant and role of the token.

import { readFileSync } from "node:fs";
import { loadOneWithPgClient, sideEffectWithPgClient } from "postgraphile/@dataplan/pg";
import { access } from "postgraphile/grafast";
import { Kind, parse } from "postgraphile/graphql";
import { extendSchema } from "postgraphile/utils";
import { mutations, queries, snakeCase } from "./operations.mjs";

const typeDefs = parse(readFileSync(new URL("schema.graphql", import.meta.url), "utf8"));

async function answer(client, operation, args) {
  const { rows } = await client.query(operation.statement(args));
  return rows[0].answer;
}

/** Fields of the answers: camelCase here, snake_case in the rows. */
function rowPlans() {
  const objects = {};
  for (const definition of typeDefs.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    const plans = {};
    for (const { name } of definition.fields) {
      const column = snakeCase(name.value);
      plans[name.value] = ($row) => access($row, column);
    }
    objects[definition.name.value] = { plans };
  }
  return objects;
}

export const OperationsPlugin = extendSchema((build) => {
  const executor = build.input.pgRegistry.pgExecutors.main;
  const read = (operation) => (_$root, fieldArgs) =>
    loadOneWithPgClient(executor, fieldArgs.getRaw(), async (client, asked) => {
      const answers = [];
      for (const args of asked) answers.push(await answer(client, operation, args));
      return answers;
    });
  const write = (operation) => (_$root, fieldArgs) =>
    sideEffectWithPgClient(executor, fieldArgs.getRaw(), (client, args) => answer(client, operation, args));
  const plansOf = (operations, plan) =>
    Object.fromEntries(
      Object.entries(operations).map(([field, operation]) => [
        field,
        plan({ ...operation, statement: ({ input, ...args }) => operation.statement({ ...args, ...input }) }),
      ]),
    );
  return {
    typeDefs,
    objects: {
      ...rowPlans(),
      Query: { plans: plansOf(queries, read) },
      Mutation: { plans: plansOf(mutations, write) },
    },
  };
}, "ReplenishOperationsPlugin");
