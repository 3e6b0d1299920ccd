import type { Receipt } from "../../projections/buyer-views.ts";
import type { Seat } from "../state/seats.ts";
import { request, requestFile } from "./request.ts";

export const getReceipt = (seat: Seat, orderId: string) =>
  request<Receipt>(`/api/orders/${encodeURIComponent(orderId)}/receipt`, { seat });

/** The same as a file. It needs the reader's token, so that no plain link leads to it. */
export const getReceiptFile = (seat: Seat, orderId: string): Promise<Blob> =>
  requestFile(`/api/orders/${encodeURIComponent(orderId)}/receipt.pdf`, {
    seat,
    accept: "application/pdf",
    timeout: 15_000,
  });
