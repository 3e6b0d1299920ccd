import { createRequire } from "node:module";
import PDFDocument from "pdfkit";
import type { Receipt } from "../../projections/buyer-views.ts";
import { RECEIPT_WORDS, receiptFormats } from "./words.ts";

// A font that has the letters of most names; the fonts that come with PDF readers have western ones alone.
const font = createRequire(import.meta.url);
const PLAIN = font.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf");
const BOLD = font.resolve("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf");

const A4 = { width: 595.28, height: 841.89 };
const EDGE = 56;
const RIGHT = A4.width - EDGE;
const QUANTITY_WIDTH = 48;
const RATE_WIDTH = 52;
const SUM_WIDTH = 96;
const INK = "#2a2320";
const SOFT = "#665b52";
const LINE = "#ddd3c4";
/** Below this a further line goes to the next page. */
const FLOOR = A4.height - EDGE - 48;

/** The receipt as a PDF of A4 pages, in the order's language. The same order at the same event gives the same text. */
export async function receiptPdf(receipt: Receipt): Promise<Buffer> {
  const words = RECEIPT_WORDS[receipt.language];
  const title = `${words.receipt} · ${words.order(receipt.number)}`;
  const document = new PDFDocument({
    size: "A4",
    margin: EDGE,
    bufferPages: true,
    lang: receipt.language,
    info: { Title: title, Creator: "Ordertrail", CreationDate: new Date(receipt.placedAt) },
  });
  const done = collected(document);
  document.registerFont("plain", PLAIN).registerFont("bold", BOLD);
  // A new page begins with the reader's own black.
  document.on("pageAdded", () => document.fillColor(INK));
  writeHead(document, receipt);
  writeLines(document, receipt);
  writeSums(document, receipt);
  writeTaxes(document, receipt);
  writeFeet(document, receipt);
  document.end();
  return await done;
}

type Document = InstanceType<typeof PDFDocument>;

const collected = (document: Document): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    document.on("data", (chunk: Buffer) => chunks.push(chunk));
    document.on("end", () => resolve(Buffer.concat(chunks)));
    document.on("error", reject);
  });

function writeHead(document: Document, receipt: Receipt): void {
  const words = RECEIPT_WORDS[receipt.language];
  const format = receiptFormats(receipt.language, receipt.timeZone);
  document.font("bold").fontSize(22).fillColor(INK).text(words.receipt, EDGE, EDGE);
  document.font("plain").fontSize(11).fillColor(SOFT).text(words.order(receipt.number)).moveDown(1);
  const facts: (readonly [string, string])[] = [
    [words.from, receipt.sites.map(({ name, city }) => `${name}, ${city}`).join(" · ")],
    [words.placed, format.moment(receipt.placedAt)],
    [words.paid, receipt.paidAt === undefined ? words.due : format.moment(receipt.paidAt)],
  ];
  const { contact } = receipt;
  if (contact) facts.push([words.for, [contact.name, contact.address].filter(Boolean).join("\n")]);
  if (receipt.payment === "none") facts.splice(2, 1);
  for (const [name, value] of facts) {
    const top = document.y;
    document.fontSize(10).fillColor(SOFT).text(name, EDGE, top, { width: 80 });
    document.fillColor(INK).text(value, EDGE + 88, top, { width: RIGHT - EDGE - 88 });
    document.moveDown(0.3);
  }
  document.moveDown(1);
}

/** Writes cells of one row, each in its place, and goes below the tallest. */
function row(
  document: Document,
  cells: readonly { readonly text: string; readonly x: number; readonly width: number; readonly right?: boolean }[],
): void {
  const height = Math.max(...cells.map(({ text, width }) => document.heightOfString(text || " ", { width })));
  if (document.y + height > FLOOR) document.addPage();
  const top = document.y;
  for (const { text, x, width, right = false } of cells) {
    document.text(text, x, top, { width, align: right ? "right" : "left" });
  }
  document.y = top + height + 4;
}

function rule(document: Document): void {
  const y = document.y + 1;
  document.moveTo(EDGE, y).lineTo(RIGHT, y).lineWidth(0.7).strokeColor(LINE).stroke();
  document.y = y + 6;
}

const SUM = { x: RIGHT - SUM_WIDTH, width: SUM_WIDTH, right: true } as const;
const RATE = { x: RIGHT - SUM_WIDTH - RATE_WIDTH, width: RATE_WIDTH, right: true } as const;
const NAME = { x: EDGE + QUANTITY_WIDTH, width: RATE.x - EDGE - QUANTITY_WIDTH - 8 } as const;
const COUNT = { x: EDGE, width: QUANTITY_WIDTH - 8 } as const;

function writeLines(document: Document, receipt: Receipt): void {
  const words = RECEIPT_WORDS[receipt.language];
  const format = receiptFormats(receipt.language, receipt.timeZone);
  document.font("plain").fontSize(9).fillColor(SOFT);
  row(document, [
    { text: words.item, ...NAME },
    { text: words.taxRate, ...RATE },
    { text: words.price, ...SUM },
  ]);
  rule(document);
  document.fontSize(10).fillColor(INK);
  for (const line of receipt.lines) {
    const remark = line.leftOut ? words.leftOut : line.insteadOf && words.insteadOf(line.insteadOf);
    row(document, [
      { text: format.quantity(line.quantity), ...COUNT },
      { text: remark ? `${line.name} (${remark})` : line.name, ...NAME },
      { text: format.rate(line.taxBasisPoints), ...RATE },
      { text: format.money(line.price), ...SUM },
    ]);
  }
  row(document, [
    { text: words.delivery, ...NAME },
    { text: format.money(receipt.deliveryFee), ...SUM },
  ]);
  rule(document);
}

function writeSums(document: Document, receipt: Receipt): void {
  const words = RECEIPT_WORDS[receipt.language];
  const format = receiptFormats(receipt.language, receipt.timeZone);
  const sum = (name: string, value: string) =>
    row(document, [
      { text: name, x: EDGE, width: SUM.x - EDGE - 8 },
      { text: value, ...SUM },
    ]);
  document.font("bold").fontSize(12);
  sum(words.total, format.money(receipt.total));
  document.font("plain").fontSize(10);
  for (const { at, amount } of receipt.refunds) {
    sum(words.refunded(format.day(at)), format.money({ ...amount, amount: -amount.amount }));
  }
  if (receipt.refunds.length > 0) {
    document.font("bold");
    sum(words.balance, format.money(receipt.balance));
    document.font("plain");
  }
  if (receipt.payment === "none") document.text(words.none, EDGE, document.y);
  document.moveDown(1.5);
}

function writeTaxes(document: Document, receipt: Receipt): void {
  if (receipt.taxes.length === 0) return;
  const words = RECEIPT_WORDS[receipt.language];
  const format = receiptFormats(receipt.language, receipt.timeZone);
  const column = (n: number) => ({ x: RIGHT - (4 - n) * 96, width: 96, right: true }) as const;
  document.fontSize(9).fillColor(SOFT);
  row(document, [
    { text: words.contained, x: EDGE, width: 150 },
    { text: words.net, ...column(1) },
    { text: words.tax, ...column(2) },
    { text: words.gross, ...column(3) },
  ]);
  rule(document);
  document.fontSize(10).fillColor(INK);
  for (const { basisPoints, net, tax, gross } of receipt.taxes) {
    row(document, [
      { text: format.rate(basisPoints), x: EDGE, width: 150 },
      { text: format.money(net), ...column(1) },
      { text: format.money(tax), ...column(2) },
      { text: format.money(gross), ...column(3) },
    ]);
  }
}

/** On every page: how to prove what it says. */
function writeFeet(document: Document, receipt: Receipt): void {
  const words = RECEIPT_WORDS[receipt.language];
  const { start, count } = document.bufferedPageRange();
  for (let page = start; page < start + count; page++) {
    document.switchToPage(page);
    // The foot stands in the margin, where text would otherwise begin a page of its own.
    document.page.margins.bottom = 0;
    const top = A4.height - EDGE;
    document.font("plain").fontSize(7).fillColor(SOFT);
    const { number, proof } = receipt;
    document.text(words.verify(number, proof.revision, proof.hash), EDGE, top, { width: RIGHT - EDGE });
    if (count > 1) document.text(words.page(page - start + 1, count), EDGE, top + 12, { width: RIGHT - EDGE });
  }
}
