const Sentry = require("@sentry/node");
const { init, ...rest } = require("@sentry/node"), fs = require('fs');
var amplitude = require("amplitude-js").getInstance();
let { nested: { deep = 1, deeper: alias = rest } = {}, ["computed"]: computed } = require("./config");
require("dotenv").config();
module.exports = { Sentry, init: init, track: function (e) { amplitude.logEvent(e); } };
exports.named = (id) => Sentry.setUser({ id });
Sentry.init({ dsn: process.env.SENTRY_DSN, sendDefaultPii: true });
