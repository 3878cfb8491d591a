import posthog from "posthog-js";

if (typeof window !== "undefined") {
  if (process.env.NODE_ENV === "production" && !window.optOut)
    posthog.init(process.env.POSTHOG_KEY, {
      api_host: process.env.POSTHOG_HOST || "https://eu.i.posthog.com",
      loaded: (posthog) => {
        if (process.env.NODE_ENV === "development") posthog.debug();
      },
    });
  else if (window.debug) posthog.debug(true);
  else {
    posthog.opt_out_capturing();
  }
}
