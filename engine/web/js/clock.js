// The server's time by the monotonic clock; the device's date only bridges a reload.

export class Clock {
  constructor(kept) {
    this.offset = kept ? kept.server_ms + Math.max(0, Date.now() - kept.wall_ms) - performance.now() : 0
    this.anchored()
  }

  anchor({ now_ms, round_trip_ms = 0 }) {
    this.offset = now_ms + round_trip_ms / 2 - performance.now()
    this.anchored()
  }

  anchored() {
    this.gap = Date.now() - performance.now()
  }

  now() {
    return Math.round(performance.now() + this.offset)
  }

  keep() {
    return { server_ms: this.now(), wall_ms: Date.now() }
  }

  /** The monotonic clock may stop while a computer sleeps. */
  hasDrifted() {
    return Math.abs(Date.now() - performance.now() - this.gap) > 5000
  }
}

/** 1:05:09, 12:34, 0:07 */
export function countdown(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60]
  if (seconds >= 3600) parts.unshift(Math.floor(seconds / 3600))
  return parts.map((part, index) => (index ? String(part).padStart(2, '0') : part)).join(':')
}
