class Analytics extends mixin(Base, { tracked: true }) {
  constructor({ key, ...options } = {}) {
    super(key, options);
    this.client = new Mixpanel(key);
    this["queue"] = [];
  }
  get id() { return this.client.get_distinct_id(); }
  set id(value) { this.client.identify(value); }
  static create(key) { return new this({ key }); }
  static get VERSION() { return "1"; }
  async flush() { for (const item of this.queue) await this.client.track(item); }
  *items() { yield* this.queue; yield; yield this.id; }
  [computed()]() { return 1; }
  "quoted name"() { return super.toString(); }
  0() {}
  static async load() {}
  ;
}
