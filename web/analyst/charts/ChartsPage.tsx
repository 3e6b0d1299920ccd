import { analystWords } from "../../messages/analyst.ts";
import { filterOf, queryOf } from "../../state/analyst/span.ts";
import { FilterBar } from "./FilterBar.tsx";
import { OrdersFigure } from "./OrdersFigure.tsx";
import { RefusalsFigure } from "./RefusalsFigure.tsx";
import { StepsFigure } from "./StepsFigure.tsx";
import { StockOutsFigure } from "./StockOutsFigure.tsx";

/** What one would rather look at than read; each chart has its table. */
export function ChartsPage({ query }: { query: string }) {
  const filter = filterOf(query, Date.now());
  const words = analystWords.value.charts;
  // Each figure follows one filter; another one is another figure.
  const key = queryOf(filter);
  return (
    <>
      <div class="lead">
        <h1 tabIndex={-1}>{words.title}</h1>
      </div>
      <FilterBar filter={filter} />
      <div class="figures">
        <OrdersFigure key={key} filter={filter} />
        <StepsFigure key={key} filter={filter} />
        <RefusalsFigure key={key} filter={filter} />
        <StockOutsFigure key={key} filter={filter} />
      </div>
    </>
  );
}
