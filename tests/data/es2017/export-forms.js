import client from "posthog-js";

export const key = "phc_1", options = { autocapture: true };
export let mutable;
export var old = client;
export function identify(user) { client.identify(user.id, { email: user.email }); }
export async function later() { await client.capture("later"); }
export class Tracker { send(name) { client.capture(name); } }
export { key as apiKey, options };
export { capture } from "./wrapper.js";
export * from "./more.js";
export default client.init(key, options);
