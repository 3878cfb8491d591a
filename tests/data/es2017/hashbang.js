#!/usr/bin/env node
const { PostHog } = require("posthog-node");
new PostHog("k").capture({ distinctId: "é", event: "x" });
