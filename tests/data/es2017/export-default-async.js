export default async function () { await window.analytics.ready(); }
