track("a"); track("b") // ends here track("after");
/* one two */ track(1); ﻿track(2);
