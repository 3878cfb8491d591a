import "./side-effect.js";
import posthog from "posthog-js";
import * as Sentry from "@sentry/browser";
import { init, track as send } from "@amplitude/analytics-browser";
import mixpanel, { default as again } from "mixpanel-browser";
import amplitude, * as everything from 'amplitude-js';
import {} from "./nothing.js";

posthog.init("phc_x", { autocapture: false });
Sentry.init({ dsn: "https://k@o1.ingest.sentry.io/1" });
send("signup", { plan: again });
