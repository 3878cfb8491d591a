export default { name: "app", mounted() { this.$posthog.capture("mounted"); }, methods: { go: () => go() } };
