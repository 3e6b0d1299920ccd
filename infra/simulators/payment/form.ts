/** A parsed form: Stripe's requests nest with brackets, as in `metadata[orderId]=…`. */
export type Form = { [name: string]: string | Form };

/** Parses a form with nested names. A name that is used both as a value and as a parent keeps the last use. */
export function parseForm(text: string): Form {
  const form: Form = Object.create(null) as Form; // no prototype: names come from outside
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.split(/[[\]]+/).filter((part) => part !== "");
    const last = path.pop();
    if (last === undefined) continue;
    let place = form;
    for (const part of path) {
      const inner = place[part];
      if (typeof inner === "object") {
        place = inner;
      } else {
        const fresh = Object.create(null) as Form; // as above
        place[part] = fresh;
        place = fresh;
      }
    }
    place[last] = value;
  }
  return form;
}
