import { useEffect } from "react";
import posthog from "posthog-js";

export function Provider({ children, user }) {
  useEffect(() => {
    posthog.init(process.env.KEY, { loaded: (ph) => ph.identify(user.email) });
    return () => posthog.reset();
  }, [user && user.id]);
  return React.createElement(Context.Provider, { value: posthog }, children);
}
