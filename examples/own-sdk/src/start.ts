import { send, start } from '@shop/beacon';

start({ recordInputs: true }); // expect: unmasked-inputs
send('signed up', { email: user.email }); // expect: sensitive-property

start({ recordInputs: false });
send('signed up', { plan: user.plan });
