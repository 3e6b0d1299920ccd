import { render } from "preact";
import { App } from "./app/App.tsx";
import { installWorker } from "./pwa/install.ts";
import "./theme/base.css";
import "./theme/parts.css";
import "./theme/shop.css";
import "./theme/checkout.css";
import "./theme/tracker.css";
import "./theme/kitchen.css";
import "./theme/ticket.css";
import "./theme/kitchen-panels.css";
import "./theme/shell.css";

// An order that was on its way when the page went is sent on, whichever page is opened.
void import("./state/order/placing.ts").then(({ resumePlacing }) => resumePlacing());

const root = document.getElementById("app");
if (root) render(<App />, root);
// With Vite's own server every file is new at each look.
if (import.meta.env.PROD) void installWorker();
