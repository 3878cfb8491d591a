fetch("/me")
  .then((response) => response.json())
  .then(({ id, email }) => { analytics.identify(id, { email }); })
  // keep going
  .catch(function (error) { return null; })
  /* whatever happens */
  .then(() => analytics.page());
