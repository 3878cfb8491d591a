function identify(user = currentUser(), traits = { email: user.email }, done = function () { log(user); }) {
  return api.identify(user.id, traits, done);
}
const f = (a = 1, b = a, c = (() => a)()) => a + b + c;
