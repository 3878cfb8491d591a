const list = [1, , 2, ...rest, [nested, [deep]], { a: 1 }, () => 2, function () {}, class {}, `t`, /r/, ,];
const [a = [], [b] = [1], { c } = {}, ...[d, e]] = list;
amplitude.init(["k"][0], null, [["a", "b"], ["c"]]);
