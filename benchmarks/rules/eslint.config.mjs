// Risky settings of four trackers. semgrep.yml and ast-grep/ hold the same rules.
import { createRequire } from "node:module";

// The parser is looked up beside the eslint that runs, so that this file can lie anywhere.
const { parser } = createRequire(process.argv[1])("typescript-eslint");

const call = (object, method) =>
  `CallExpression[callee.object.name='${object}'][callee.property.name='${method}']`;
const setting = (key, value) => `> ObjectExpression > Property[key.name='${key}'][value.value=${value}]`;
const command = (name) =>
  `CallExpression:matches([callee.name='snowplow'], [callee.object.name='window'][callee.property.name='snowplow'])` +
  `[arguments.0.value='${name}']`;

const selectors = {
  "form tracking is on": `:matches(CallExpression[callee.name='enableFormTracking'], ${command("enableFormTracking")})`,
  "the collector is reached over http":
    `:matches(CallExpression[callee.name='newTracker'][arguments.1.value=/^http:/], ` +
    `${command("newTracker")}[arguments.2.value=/^http:/])`,
  "mixpanel: autocapture is on": `${call("mixpanel", "init")} ${setting("autocapture", true)}`,
  "mixpanel: autotrack is on": `${call("mixpanel", "init")} ${setting("autotrack", true)}`,
  "mixpanel: events are sent over http": `${call("mixpanel", "init")} ${setting("api_host", "/^http:/")}`,
  "posthog: autocapture is on": `${call("posthog", "init")} ${setting("autocapture", true)}`,
  "posthog: recordings do not mask inputs":
    `${call("posthog", "init")} > ObjectExpression > Property[key.name='session_recording'] ` +
    setting("maskAllInputs", false),
  "posthog: events are sent over http": `${call("posthog", "init")} ${setting("api_host", "/^http:/")}`,
  "sentry: personal data is sent by default": `${call("Sentry", "init")} ${setting("sendDefaultPii", true)}`,
  "sentry: replays do not mask inputs": `${call("Sentry", "replayIntegration")} ${setting("maskAllInputs", false)}`,
};

export default [
  {
    files: ["**/*.{js,jsx,ts,tsx,mjs,cjs,mts,cts}"],
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: "off" },
    languageOptions: { parser, ecmaVersion: "latest", sourceType: "module" },
    rules: {
      "no-restricted-syntax": [
        "warn",
        ...Object.entries(selectors).map(([message, selector]) => ({ selector, message })),
      ],
    },
  },
];
