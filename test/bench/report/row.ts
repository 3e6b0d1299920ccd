/** One measured figure. `real` is what the original (EventStoreDB 23.10.6 on 2 cores with its client) does, if known. */
export interface Row {
  name: string;
  value: number;
  unit: string;
  note?: string;
  real?: number;
}
