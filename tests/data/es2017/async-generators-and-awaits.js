async function load() {
  const [a, b] = await Promise.all([one(), two()]);
  (await fetch(url)).json();
  for (const x of await list()) await use(x);
  return await other(async () => 1);
}
const f = async (x) => await x, g = async x => x, h = async function named() { await 0; };
function* gen() { const x = yield; yield x, yield* other(), yield track(x); return yield [1]; }
async(1, ...two); var async = async => async;
