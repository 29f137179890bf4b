// The only module that calls the API. Replies: { ok, ... }, refusals with code and retry_after_ms.

const FLOOR_MS = 1000
const CEILING_MS = 30_000
const BUDGET = 8 // tries in a row, then the longest wait
const PASSING = ['away', 'overloaded', 'store_away', 'store_full', 'internal']

export const carried = {} // with each call: queue.js

/** Dead line, time-out, overload: one thing to a pupil. */
export const isPassing = (reply) => PASSING.includes(reply.code)

export async function call(method, path, { token, body, type = 'application/json', timeout_ms = 12_000 } = {}) {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), timeout_ms)
  const sent_ms = performance.now()
  try {
    const response = await fetch('/api/v1/' + path, {
      method,
      body,
      headers: { 'Content-Type': type, ...carried, ...(token && { Authorization: 'Bearer ' + token }) },
      cache: 'no-store',
      redirect: 'error',
      signal: stop.signal,
    })
    const value = await response.json().catch(() => null) // a proxy's page, or no body
    if (response.ok && value) return { ...value, ok: true, round_trip_ms: performance.now() - sent_ms }
    const retry_after_ms = response.headers.get('Retry-After') * 1000
    const code = response.status === 503 ? 'overloaded' : 'away'
    return { retry_after_ms, code, ...(value && value.error), ok: false }
  } catch {
    return { ok: false, code: 'away' }
  } finally {
    clearTimeout(timer)
  }
}

export const post = (path, value, token) =>
  call('POST', path, { token, body: typeof value === 'string' ? value : JSON.stringify(value) })

/** Full jitter under a doubling ceiling; never less than asked. */
export class Backoff {
  failures = 0
  budget = BUDGET

  succeeded() {
    this.failures = 0
    this.budget = Math.min(BUDGET, this.budget + 0.25)
  }

  delay_ms({ retry_after_ms = 0 } = {}) {
    const ceiling = this.budget < 1 ? CEILING_MS : Math.min(CEILING_MS, FLOOR_MS * 2 ** this.failures++)
    const floor = this.budget < 1 ? CEILING_MS / 2 : FLOOR_MS / 4
    this.budget = Math.max(0, this.budget - 1)
    return Math.max(retry_after_ms * (1 + Math.random() / 4), floor + Math.random() * ceiling)
  }
}

/** Wait, or until the line is back: with a spread, since a whole school comes back at once. */
export const rest = (ms) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
    addEventListener('online', () => setTimeout(resolve, Math.random() * 2000), { once: true })
  })
