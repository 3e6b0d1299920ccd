/**
 * The parts that something plays towards the database, each with a role of its own:
 *
 * - `owner` owns read models and makes their tables,
 * - `workers` write read models, positions and effects,
 * - `api` reads read models and writes what is its own,
 * - `scratch` writes scratch schemas and nothing else,
 * - `readers` are analysts: they read read models.
 */
export const PARTS = ["owner", "workers", "api", "scratch", "readers"] as const;
export type Part = (typeof PARTS)[number];
