import mixpanel from "mixpanel-browser";

const enabled = process.env.NODE_ENV === "production";
let ready = false;

export const Mixpanel = {
  identify: (id) => { if (enabled) mixpanel.identify(id); },
  alias: (id) => enabled && mixpanel.alias(id),
  track: (name, props) => { enabled ? mixpanel.track(name, props) : console.log(name); },
  people: { set: (props) => { if (!enabled || !ready) return; mixpanel.people.set(props); } },
};
