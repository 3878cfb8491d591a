(function (queue, stub) {
  if (!stub.__SV) {
    var names, i;
    window.mixpanel = stub;
    stub._i = [];
    stub.init = function (token, config, name) {
      function method(target, key) {
        var parts = key.split(".");
        2 == parts.length && ((target = target[parts[0]]), (key = parts[1]));
        target[key] = function () { target.push([key].concat(Array.prototype.slice.call(arguments, 0))); };
      }
      var target = stub;
      "undefined" !== typeof name ? (target = stub[name] = []) : (name = "mixpanel");
      target.people = target.people || [];
      names = "disable track track_pageview identify people.set people.increment".split(" ");
      for (i = 0; i < names.length; i++) method(target, names[i]);
      stub._i.push([token, config, name]);
    };
    stub.__SV = 1.2;
    var tag = queue.createElement("script");
    tag.src = "undefined" !== typeof MIXPANEL_CUSTOM_LIB_URL ? MIXPANEL_CUSTOM_LIB_URL : "//cdn.example.com/mixpanel.js";
  }
})(document, window.mixpanel || []);
mixpanel.init("token", { autocapture: true, record_sessions_percent: 100, record_mask_text_selector: "" });
