export default {
  install(Vue, options) {
    Vue.prototype.$posthog = posthog.init(options.key, Object.assign({}, options, { autocapture: true }));
    Vue.mixin({ mounted: function () { var self = this; self.$posthog.capture("view", { name: self.$route.name }); } });
  },
};
