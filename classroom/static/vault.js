// What was typed and is not yet on the server lies here: IndexedDB, each entry encrypted under a key that the
// engine gives to this teacher for this delivery alone. A computer is shared; without signing in again it is noise.

const STORE = 'typed'

function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open('passation-keying', 1)
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: 'id' }).createIndex('owner', 'owner')
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error)
  })
}

const done = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = resolve
    transaction.onabort = transaction.onerror = () => reject(transaction.error)
  })

export class Vault {
  /** `lock` is 32 bytes in base64; `owner` tells whose entries of which room. */
  static async open(lock, owner) {
    const bytes = Uint8Array.from(atob(lock), (sign) => sign.charCodeAt(0))
    const key = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
    return new Vault(await opened(), key, owner)
  }

  constructor(database, key, owner) {
    this.database = database
    this.key = key
    this.owner = owner
    this.last = Promise.resolve()
  }

  /** Keep `entry`, and forget the one that it replaces; one after the other, in the order of the calls. */
  keep(entry, replaced) {
    const sealing = this.#sealed(entry)
    return this.#next(async () => {
      const record = await sealing
      const transaction = this.database.transaction(STORE, 'readwrite', { durability: 'strict' })
      transaction.objectStore(STORE).put(record)
      if (replaced) transaction.objectStore(STORE).delete(replaced)
      await done(transaction)
    })
  }

  /** The server has these. */
  forget(ids) {
    if (!ids.length) return this.last
    return this.#next(async () => {
      const transaction = this.database.transaction(STORE, 'readwrite')
      for (const id of ids) transaction.objectStore(STORE).delete(id)
      await done(transaction)
    })
  }

  /** What an earlier page left, in the order it was typed. */
  async left() {
    const asked = this.database.transaction(STORE).objectStore(STORE).index('owner').getAll(this.owner)
    const records = await new Promise((resolve, reject) => {
      asked.onsuccess = () => resolve(asked.result)
      asked.onerror = () => reject(asked.error)
    })
    const entries = await Promise.all(records.map((record) => this.#opened(record)))
    return entries.filter(Boolean).sort((one, other) => one.at - other.at)
  }

  #next(work) {
    const doing = this.last.then(work)
    this.last = doing.catch(() => {})
    return doing
  }

  async #sealed(entry) {
    const iv = crypto.getRandomValues(new Uint8Array(12))
    const bytes = new TextEncoder().encode(JSON.stringify(entry))
    return { id: entry.id, owner: this.owner, iv, sealed: await crypto.subtle.encrypt(this.#with(entry.id, iv), this.key, bytes) }
  }

  async #opened({ id, iv, sealed }) {
    try {
      return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(this.#with(id, iv), this.key, sealed)))
    } catch {
      return null // of another delivery, or damaged: not ours to show
    }
  }

  #with(id, iv) {
    return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(`${this.owner}|${id}`) }
  }
}
