const { email, name: fullName, address: { city = "", ...where } = {}, ...others } = user;
analytics.identify(user.id, { email, name: fullName, city, where, ...others });
const [first, , third = 3, [inner], ...tail] = list;
analytics.track("x", { first, third, inner, tail });
