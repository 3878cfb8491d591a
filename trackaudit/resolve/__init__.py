"""Names to symbols, expressions to values, a file's program to the facts that rules are judged on."""
