"""All questions, with their goals."""

from __future__ import annotations

from benchmarks import archive, delays, footprint, forms, memory, player, saves
from benchmarks.measure import Bench

QUESTIONS = (
    Bench("save_vs_noop", 1.0, "saves/s over no-ops/s", "higher", saves.save_vs_noop),
    Bench("save_cpu_us", 90.0, "us of server and Redis a save", "lower", saves.save_cpu_us),
    Bench("redis_commands_per_answer", 0.05, "commands", "lower", saves.redis_commands_per_answer),
    Bench("save_fsync_vs_no_aof", 0.9, "saves/s over saves/s", "higher", saves.save_fsync_vs_no_aof),
    Bench("save_p99_vs_noop", 1.5, "p99 over p99", "lower", delays.save_p99_vs_noop),
    Bench("login_p99_vs_noop", 2.0, "p99 over p99", "lower", delays.login_p99_vs_noop),
    Bench("start_p99_vs_noop", 2.0, "p99 over p99", "lower", delays.start_p99_vs_noop),
    Bench("idle_pupil_kib", 12.0, "KiB of a worker", "lower", memory.idle_pupil_kib),
    Bench("redis_bytes_per_session", 12_288, "bytes", "lower", footprint.redis_bytes_per_session),
    Bench("import_40_items_s", 1.0, "s", "lower", forms.import_40_items_s),
    Bench("form_40_items_bytes", 100_000, "bytes", "lower", forms.form_40_items_bytes),
    Bench("score_us", 20.0, "us an answer", "lower", forms.score_us),
    Bench("player_first_item_bytes", 20_000, "bytes, brotli", "lower", player.player_first_item_bytes),
    Bench("archive_vs_copy", 0.7, "rows/s over rows/s", "higher", archive.archive_vs_copy),
)
