import { signal } from "@preact/signals";
import type { Receipt } from "../../../projections/buyer-views.ts";
import { getReceipt, getReceiptFile } from "../../api/receipt.ts";
import { seatFor } from "../order/own-orders.ts";

const receipt = signal<Receipt | undefined>(undefined);
const trouble = signal<unknown>(undefined);
const saving = signal(false);

async function load(orderId: string): Promise<void> {
  trouble.value = undefined;
  try {
    receipt.value = (await getReceipt(seatFor(orderId), orderId)).data;
  } catch (error) {
    trouble.value = error;
  }
}

/** Fetches the file with the reader's token and lets the browser keep it. */
async function keep(orderId: string, number: string): Promise<void> {
  if (saving.value) return;
  saving.value = true;
  trouble.value = undefined;
  try {
    const file = URL.createObjectURL(await getReceiptFile(seatFor(orderId), orderId));
    const link = document.createElement("a");
    link.href = file;
    link.download = `${number}.pdf`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(file), 60_000);
  } catch (error) {
    trouble.value = error;
  } finally {
    saving.value = false;
  }
}

/** The receipt on the page. `saving` is true while its file is on the way. */
export const trackedReceipt = { receipt, trouble, saving, load, keep };
