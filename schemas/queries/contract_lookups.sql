SELECT list, code FROM core.lookup
