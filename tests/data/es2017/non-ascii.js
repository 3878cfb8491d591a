// Größe – 尺寸 – 😀
const größe = "ü", 名前 = user.名前, $ = '😀', _ = `é${größe}漢字${名前}😀`;
posthog.capture("größe", { größe, 'ключ': 名前, "😀": größe.länge["ß"] }); /* ← hier */ analytics.track("→", größe);
const re = /[äöü😀]+/u, { ö: { ü = "ß" } } = größe; function ñ(ç, { å }) { return ç + å; /* ø */ }
class Ünïcode { méthode() { return "é"; } ["ключ"]() {} }
switch (größe) { case "ä": ñ() /* ß */
 default: return_ }
