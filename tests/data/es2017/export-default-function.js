import mixpanel from "mixpanel-browser";
export default function (user) { mixpanel.identify(user.email); }
