import { render } from "preact";
import { App } from "./app/App.tsx";
import { installWorker } from "./pwa/install.ts";
import { resumePlacing } from "./state/order/placing.ts";
import "./theme/base.css";
import "./theme/parts.css";
import "./theme/shop.css";
import "./theme/checkout.css";
import "./theme/tracker.css";
import "./theme/kitchen.css";
import "./theme/ticket.css";
import "./theme/kitchen-panels.css";
import "./theme/shell.css";

resumePlacing();

const root = document.getElementById("app");
if (root) render(<App />, root);
// With Vite's own server every file is new at each look.
if (import.meta.env.PROD) void installWorker();
