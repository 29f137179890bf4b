// The calls of a teacher's page: to its own engine with a cookie, or from the authority's origin with a short
// assertion. No name is ever part of one.

const PATIENCE_MS = 15_000
const RENEW_MS = 60_000

export class Refused extends Error {
  constructor(status, code = '') {
    super(`status ${status} ${code}`)
    this.status = status
    this.code = code
  }
}

export async function request(address, { method = 'GET', headers = {}, body, ...others } = {}) {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const type = body === undefined ? {} : { 'Content-Type': 'application/json' }
  const options = { method, headers: { ...headers, ...type }, ...sent, ...others }
  const reply = await fetch(address, { ...options, cache: 'no-store', redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) })
  const said = await reply.json().catch(() => ({}))
  if (!reply.ok) throw new Refused(reply.status, said.error?.code)
  return said
}

/** The engine's own page: its cookie counts beside a header that no other origin may send. */
export function ownCalls(room) {
  const base = `/api/v1/rooms/${encodeURIComponent(room)}`
  return (path, options = {}) => request(base + path, { ...options, headers: { 'X-Passation': '1' } })
}

/** Another origin's page: `assert` fetches what the authority signs; a refused one is fetched anew. */
export function crossCalls(engine, room, assert) {
  const base = `${engine}/api/v1/rooms/${encodeURIComponent(room)}`
  let held = { assertion: '', expires_ms: 0 }
  const once = async (path, options) => {
    if (Date.now() > held.expires_ms - RENEW_MS) {
      try {
        held = await assert()
      } catch (error) {
        throw Object.assign(error, { own: true })
      }
    }
    const headers = { Authorization: `Assertion ${held.assertion}` }
    return request(base + path, { ...options, headers, credentials: 'omit', referrerPolicy: 'no-referrer' })
  }
  return async (path, options = {}) => {
    try {
      return await once(path, options)
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401 || error.own) throw error
      held = { assertion: '', expires_ms: 0 } // a room whose code was renewed refuses what was asserted before
      return once(path, options)
    }
  }
}

/** The word for what went wrong, of those that `words` has. */
export function reasonOf(error) {
  if (!(error instanceof Refused)) return 'away'
  if (error.own || error.status === 401) return 'signIn'
  if (error.status === 410) return 'over'
  return [403, 404].includes(error.status) ? 'denied' : 'away'
}
