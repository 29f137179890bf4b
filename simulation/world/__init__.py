"""The world around the real code: time, lines, Redis, disks, devices, and what goes wrong with them."""
