"""Real faults on real processes: pupils over HTTP, kills, bad lines and disks, an exact ledger."""
