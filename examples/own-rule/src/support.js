import LogRocket from 'logrocket';

const settings = { dom: { inputSanitizer: true, textSanitizer: true }, network: { isEnabled: false }, shouldCaptureIP: false };
LogRocket.init('acme/support', settings); // expect: no-replay // note: default-pii
