var consent = window.Cookiebot && Cookiebot.consent.statistics;
if (!consent) { window["ga-disable-UA-1"] = true; }
window.addEventListener("CookiebotOnAccept", function (e) { if (Cookiebot.consent.statistics) posthog.opt_in_capturing(); }, false);
consent === true ? start() : consent === false ? stop() : null;
