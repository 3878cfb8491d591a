const analytics = /** @type {any} */ (window).analytics;
(/** @type {any} */ (window)).posthog.capture("x", { email: (/** @type {User} */ (user)).email });
(/* @__PURE__ */ create)("k");
const f = /* @__PURE__ */ (() => track("p"))();
