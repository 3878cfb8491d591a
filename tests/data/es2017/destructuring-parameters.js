function track(event, { email, id: userId = null, ...props } = {}, [first, ...others], ...rest) {
  client.capture(event, { email, userId, props, first, others, rest });
}
const send = ({ user: { email } }, cb = () => {}) => cb(email);
const one = ([x = 1]) => x, two = async ({ y }) => { await y; };
