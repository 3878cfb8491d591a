const send = user => {
  if (!user || !user.email) return;
  const { email } = user, traits = email.endsWith("@us.example") ? { internal: true } : { email };
  return function () {
    if (traits.internal) { return false; } else if (window.skip) return null; else return mixpanel.people.set(traits);
  };
};
if (send) if (user) send(user)(); else nothing(); 
