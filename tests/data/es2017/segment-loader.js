!function () {
  var analytics = (window.analytics = window.analytics || []);
  if (!analytics.initialize)
    if (analytics.invoked) window.console && console.error && console.error("twice");
    else {
      analytics.invoked = !0;
      analytics.methods = ["track", "identify", "page"];
      analytics.factory = function (name) {
        return function () {
          var args = Array.prototype.slice.call(arguments);
          args.unshift(name);
          analytics.push(args);
          return analytics;
        };
      };
      for (var i = 0; i < analytics.methods.length; i++) {
        var key = analytics.methods[i];
        analytics[key] = analytics.factory(key);
      }
      analytics.load("WRITE_KEY");
      analytics.page();
    }
}();
