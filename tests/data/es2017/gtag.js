window.dataLayer = window.dataLayer || [];
function gtag() { dataLayer.push(arguments); }
gtag("js", new Date());
gtag('config', 'G-XXXX', { 'send_page_view': false, user_id: email, "user_data": { "email": email } });
dataLayer.push({ event: "login", user: { email: user.email, phone: user.phone } });
