var _paq = window._paq = window._paq || [];
_paq.push(["setUserId", user.email], ['trackPageView']);
_paq.push(function () { this.setCustomDimension(1, user.name); });
(window.__insp = window.__insp || []).push(["wid", 1]);
rudderanalytics = window.rudderanalytics = [], rudderanalytics.load("k", "https://x.example.com", { secureCookie: !1 });
