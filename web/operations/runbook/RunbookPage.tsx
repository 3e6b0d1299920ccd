import text from "../../../docs/runbook.md?raw";
import { operationsWords } from "../../messages/operations.ts";
import { Blank } from "../../ui/Blank.tsx";
import { type Block, type Line, type Page, pagesOf } from "./markdown.ts";

const PAGES = pagesOf(text);

/** The runbook that came with this program: all alarms, or the page of one. */
export function RunbookPage({ anchor }: { anchor: string | undefined }) {
  const words = operationsWords.value.runbook;
  const page = PAGES.find((one) => one.anchor === (anchor ?? ""));
  if (page === undefined) {
    return (
      <Blank icon="search" title={words.noSuch}>
        <a class="button" href="/operations/runbook">
          {words.all}
        </a>
      </Blank>
    );
  }
  return (
    <div class="runbook">
      <nav class="card" aria-label={words.all}>
        <ul>
          {PAGES.map((one) => (
            <li key={one.anchor}>
              <a
                href={`/operations/runbook${one.anchor === "" ? "" : `/${one.anchor}`}`}
                aria-current={one === page ? "page" : undefined}
                {...(one.anchor === "" ? {} : { lang: "en" })}
              >
                {one.anchor === "" ? words.begin : one.title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <Article page={page} />
    </div>
  );
}

function Article({ page }: { page: Page }) {
  const words = operationsWords.value.runbook;
  return (
    <article class="card">
      {words.inEnglish !== "" && <p class="quiet small">{words.inEnglish}</p>}
      <div lang="en">
        <h1 tabIndex={-1}>{page.title === "" ? "Runbook" : page.title}</h1>
        {page.blocks.map((block, index) => (
          // The text is the program's own, and does not change.
          <Shown key={index} block={block} />
        ))}
      </div>
    </article>
  );
}

function Shown({ block }: { block: Block }) {
  switch (block.kind) {
    case "paragraph":
      return (
        <p>
          <Pieces line={block.line} />
        </p>
      );
    case "code":
      return <pre>{block.text}</pre>;
    case "list": {
      const items = block.items.map((line, index) => (
        <li key={index}>
          <Pieces line={line} />
        </li>
      ));
      return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
    case "table":
      return (
        <div class="table-frame">
          <table>
            <thead>
              <tr>
                {block.head.map((line, index) => (
                  <th key={index} scope="col">
                    <Pieces line={line} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row, index) => (
                <tr key={index}>
                  {row.map((line, cell) => (
                    <td key={cell}>
                      <Pieces line={line} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
  }
}

const Pieces = ({ line }: { line: Line }) => (
  <>
    {line.map((piece, index) => {
      if (piece.kind === "code") return <code key={index}>{piece.text}</code>;
      if (piece.kind === "strong") return <strong key={index}>{piece.text}</strong>;
      // Other documents lie beside the runbook, in docs/ of the project; they are not pages here.
      if (piece.kind === "link") return <code key={index}>docs/{piece.href}</code>;
      return piece.text;
    })}
  </>
);
