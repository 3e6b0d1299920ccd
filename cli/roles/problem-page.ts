import type { FastifyInstance } from "fastify";
import { PROBLEMS } from "../../infra/http/problem-types.ts";

/** The page that `type` of every problem points at. */
export function problemPage(app: FastifyInstance): void {
  const rows = Object.entries(PROBLEMS)
    .map(
      ([code, [status, title]]) =>
        `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${title}</td></tr>`,
    )
    .join("");
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Problems · Ordertrail</title>
<meta name="viewport" content="width=device-width">
<style>body{font:16px/1.5 system-ui;margin:2rem auto;max-width:52rem;padding:0 1rem;color-scheme:light dark}
td,th{padding:.25rem .75rem .25rem 0;text-align:left}tr:target{background:#fd83}</style>
<h1>Problems</h1><p>Every error of the API is a problem after RFC 9457. Its <code>code</code> is one of these.</p>
<table><tr><th>code</th><th>status</th><th>meaning</th></tr>${rows}</table></html>`;
  app.get("/docs/problems", { schema: { hide: true } }, (_request, reply) => reply.type("text/html").send(html));
}
