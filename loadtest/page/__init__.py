"""The report for people: one page without any outside resource, for one run or for two."""
