var key = window.ENV && window.ENV.key;
key && mixpanel.init(key, { track_pageview: true, debug: !0 });
window.ga || console.log("none") || load();
key ? mixpanel.track("seen") : queue.push(["track", "seen"]);
(key || other) && (a(), b(), c());
