const s = ['it\'s', "say \"hi\"", "a\
b", '\x41\u0042\u{43}', '\0', "\v\f\b\t", '', "", '\u{1F600}', "</script>", '//not', "/* not */", "\q"];
const n = [0, 1, -1, 1.5, .5, 5., 1e3, 1E-3, 0xFF, 0b101, 0o17, 9007199254740993, 1e400, 0.1e1];
const c = [null, true, false, undefined, NaN, Infinity, this];
