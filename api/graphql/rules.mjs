// What a request may not be, beyond the rules of GraphQL: every rule here bounds the work of one.

import { GraphQLError, Kind } from "postgraphile/graphql";

// A dashboard asks for about ten operations at once, of about forty fields each.
const MAX_OPERATIONS = 25;
const MAX_FIELDS = 2000;

const tooMuch = (message) => new GraphQLError(message, { extensions: { code: "54000", hint: "Split the request." } });

/** Aliases make one request out of a thousand. */
export function OperationLimit(context) {
  const roots = [context.getSchema().getQueryType(), context.getSchema().getMutationType()];
  let count = 0;
  return {
    Field() {
      if (!roots.includes(context.getParentType())) return;
      count += 1;
      if (count === MAX_OPERATIONS + 1) {
        context.reportError(tooMuch(`a request may ask for at most ${MAX_OPERATIONS} operations`));
      }
    },
  };
}

/**
 * Fragments that spread others twice grow by powers of two, and planning follows each spread (measured: 60 such
 * fragments in 3 kB never end). This counts the fields that a request stands for, each fragment once.
 */
export function FieldLimit(context) {
  const sizes = new Map();
  const sizeOf = (selectionSet) =>
    selectionSet?.selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return sum + 1 + sizeOfFragment(selection.name.value);
      return sum + 1 + sizeOf(selection.selectionSet);
    }, 0) ?? 0;
  function sizeOfFragment(name) {
    if (!sizes.has(name)) {
      // A cycle counts once; GraphQL's own rule reports it.
      sizes.set(name, 0);
      sizes.set(name, sizeOf(context.getFragment(name)?.selectionSet));
    }
    return sizes.get(name);
  }
  return {
    OperationDefinition(operation) {
      if (sizeOf(operation.selectionSet) > MAX_FIELDS) {
        context.reportError(tooMuch(`a request may stand for at most ${MAX_FIELDS} fields`));
      }
    },
  };
}
