const mask = /\d{13,16}/g, email = /^[\w.+-]+@[\w-]+\.[a-z]{2,}$/i;
const any = /[^]/, slash = /[/\]]+\//, braces = /{/, back = /(a)\1/, nested = /[[]/, control = /\cJ/;
text.replace(/"/g, '\\"').split(/\s*,\s*/).map(s => s.match(/x/y));
const division = a / b / c, after = (a) / 2, call = f() / g() / 1;
if (/secret/.test(key)) drop(key);
/^x/.exec(y) || {}.toString();
