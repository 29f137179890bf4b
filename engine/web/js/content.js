// The sealed form: fetched ahead, opened with the key, each frame as it arrives.

import { Backoff, rest } from './api.js'

export const CACHE = 'passation-content-'
const SILENCE_MS = 20_000

export class Content {
  parts = []
  size = 0
  slots = {}
  wake = () => {}

  constructor(form) {
    this.form = form
    this.url = '/content/' + form
  }

  prefetch() {
    return (this.whole = this.whole || this.fill())
  }

  async fill() {
    const kept = await caches.match(this.url, { cacheName: CACHE + this.form }).catch(() => null)
    if (kept) this.push(new Uint8Array(await kept.arrayBuffer()))
    const backoff = new Backoff()
    while (!kept && !(await this.attempt().catch(() => false))) await rest(backoff.delay_ms())
    this.isWhole = true
    this.wake()
  }

  push(part) {
    this.parts.push(part)
    this.size += part.length
    this.wake()
  }

  /** Fetch what has not come yet; true if that is all. */
  async attempt() {
    const stop = new AbortController()
    let timer
    const watch = () => {
      clearTimeout(timer)
      timer = setTimeout(() => stop.abort(), SILENCE_MS)
    }
    watch()
    try {
      const headers = this.size ? { Range: `bytes=${this.size}-` } : {}
      const response = await fetch(this.url, { headers, signal: stop.signal })
      if (!response.ok) return false
      const isRest = response.status === 206
      let skip = isRest ? 0 : this.size
      const whole = Number(response.headers.get('Content-Length')) + (isRest ? this.size : 0)
      for (const reader = response.body.getReader(); ; ) {
        const { done, value } = await reader.read()
        if (done) return this.size >= whole
        watch()
        if (value.length > skip) this.push(value.subarray(skip))
        skip = Math.max(0, skip - value.length)
      }
    } finally {
      clearTimeout(timer)
    }
  }

  /** Resolves with frame 0. */
  open(key) {
    this.prefetch()
    this.reading = this.reading || this.read(key).catch((problem) => this.fail(problem))
    return this.slot('header').promise
  }

  async read(key) {
    const bytes = Uint8Array.from(atob(key), (sign) => sign.charCodeAt(0))
    const cipher = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['decrypt'])
    const take = this.reader()
    const id = await take(16)
    for (let index = 0, isLast = false; !isLast; index++) {
      const sealed = await take(number(await take(4)))
      const open = (last) => unsealed(cipher, id, index, last, sealed)
      // The last frame says so under its seal: a cut is noticed.
      const packed = await open(0).catch(() => (isLast = true) && open(1))
      const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'))
      this.sort(new Uint8Array(await new Response(stream).arrayBuffer()))
    }
  }

  reader() {
    let part = new Uint8Array(0)
    let next = 0
    return async (count) => {
      const taken = new Uint8Array(count)
      for (let filled = 0; filled < count; ) {
        if (!part.length) {
          while (next >= this.parts.length) {
            if (this.isWhole) throw new Error('cut short')
            await new Promise((resolve) => (this.wake = resolve))
          }
          part = this.parts[next++]
        }
        const piece = part.subarray(0, count - filled)
        taken.set(piece, filled)
        filled += piece.length
        part = part.subarray(piece.length)
      }
      return taken
    }
  }

  sort(frame) {
    const end = 4 + number(frame)
    const text = (bytes) => new TextDecoder().decode(bytes)
    const { kind, id, type, ...header } = JSON.parse(text(frame.subarray(4, end)))
    const data = frame.subarray(end)
    if (!kind) this.slot('header').resolve(header)
    else if (kind !== 'media') this.slot(kind, id).resolve(text(data))
    else {
      const blob = new Blob([data], { type })
      this.slot('blob', id).resolve(blob)
      this.slot(kind, id).resolve(URL.createObjectURL(blob))
    }
  }

  /** Cut, changed, or another key: a reload fetches afresh. */
  fail(problem) {
    caches.delete(CACHE + this.form).catch(() => {})
    this.slot = () => ({ promise: Promise.reject(problem) })
    for (const slot of Object.values(this.slots)) slot.reject(problem)
  }

  slot(kind, id = '') {
    const slot = {}
    slot.promise = new Promise((resolve, reject) => Object.assign(slot, { resolve, reject }))
    slot.promise.catch(() => {})
    return (this.slots[kind + id] = this.slots[kind + id] || slot)
  }

  /** HTML; of a file the blob: address, or, asked for as 'blob', its bytes. */
  get(kind, id) {
    return this.slot(kind, id).promise
  }
}

const number = (bytes) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)

function unsealed(cipher, id, index, last, sealed) {
  const iv = new Uint8Array(12)
  const additionalData = new Uint8Array(21)
  additionalData.set(id)
  additionalData[20] = last
  new DataView(iv.buffer).setUint32(8, index)
  new DataView(additionalData.buffer).setUint32(16, index)
  return crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, cipher, sealed)
}
