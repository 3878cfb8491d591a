<!-- hide from old browsers
mixpanel.init("k");
--> end of hiding
