/* A loader in the shape of the Snowplow tag, in our own words. */
;(function (page, queue, name, url, tag, first) {
  if (!page[name]) {
    page.GlobalSnowplowNamespace = page.GlobalSnowplowNamespace || [];
    page.GlobalSnowplowNamespace.push(name);
    page[name] = function () { (page[name].q = page[name].q || []).push(arguments); };
    page[name].q = page[name].q || [];
    tag = queue.createElement("script");
    first = queue.getElementsByTagName("script")[0];
    tag.async = 1;
    tag.src = url;
    first.parentNode.insertBefore(tag, first);
  }
}(window, document, "snowplow", "https://cdn.example.com/sp.js"));

snowplow("newTracker", "sp", "collector.example.com", { appId: "shop", cookieSameSite: "Lax", contexts: { webPage: true } });
snowplow("enableFormTracking", { options: { forms: { denylist: [] }, fields: { filter: function (e) { return e.id !== "card"; } } } });
snowplow("setUserId", user.email);
