/** A name of the API that the catalogue has no words for, made readable: `placed_to_paid` → “Placed to paid”. */
export function readable(name: string): string {
  const words = name.replaceAll(/[_-]+/g, " ").replaceAll(".", " · ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
