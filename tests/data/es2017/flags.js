const enabled = posthog.isFeatureEnabled("new-checkout");
if (posthog.getFeatureFlag("exp") === "test") variant(); else control();
posthog.onFeatureFlags(() => { if (posthog.isFeatureEnabled("x")) { } });
posthog.featureFlags.override({ "new-checkout": true });
const client = LDClient.initialize("key", { key: user.email, anonymous: false });
while (client.variation("kill-switch", false)) { break; }
