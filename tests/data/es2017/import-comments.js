import /* the client */ posthog /* by its default */ from /* where */ "posthog-js"; // trailing
import {
  init, // the set-up
  /* renamed */ track as /* to */ send,
} from "@amplitude/analytics-browser";

init(/* key */ "k", /* user */ undefined, { defaultTracking: /* all of it */ true });
