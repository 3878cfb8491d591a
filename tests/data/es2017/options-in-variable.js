const options = {};
options.autocapture = true;
options["mask_all_text"] = false;
options[name] = 1;
Object.assign(options, { debug: true }, extra);
posthog.init("k", options);
