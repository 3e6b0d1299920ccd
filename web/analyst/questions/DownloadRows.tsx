import { useState } from "preact/hooks";
import { getRows, type Job } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { formatCount } from "../../messages/figures.ts";
import { Icon } from "../../ui/Icon.tsx";
import { sentenceOf } from "../../ui/trouble.ts";
import { type Cell, csvOf, download } from "../parts/csv.ts";

const PAGE = 500;
/** What a browser can hold at ease; larger tables are exported by the command line. */
const MOST = 50_000;

/** Downloads a whole table of a scratch schema, page by page. */
export function DownloadRows({ job, table }: { job: Job; table: string }) {
  const [got, setGot] = useState<number>();
  const [said, setSaid] = useState<string>();
  const words = analystWords.value;
  const fetchAll = async () => {
    if (got !== undefined) return;
    setSaid(undefined);
    setGot(0);
    try {
      const rows: (readonly Cell[])[] = [];
      let columns: readonly string[] = [];
      let cursor: string | undefined;
      do {
        const { data } = await getRows(job.jobId, table, cursor, PAGE);
        columns = data.columns;
        rows.push(...data.rows);
        cursor = data.next;
        setGot(rows.length);
      } while (cursor !== undefined && rows.length < MOST);
      download(`${job.projection}-${table}-as-of-${job.progress?.until ?? job.jobId}.csv`, csvOf(columns, rows));
      if (cursor !== undefined) setSaid(words.asOf.cut(formatCount(rows.length)));
    } catch (error) {
      setSaid(sentenceOf(error));
    }
    setGot(undefined);
  };
  return (
    <>
      <button type="button" class="button slim" aria-disabled={got !== undefined} onClick={() => void fetchAll()}>
        <Icon name="receipt" />
        {got === undefined ? words.csv : words.asOf.downloading(formatCount(got))}
      </button>
      <span class="quiet small" role="status">
        {said}
      </span>
    </>
  );
}
