// What this computer keeps, under a key made from the code. A code is right when it decrypts.

const ITERATIONS = 210_000 // a tenth of a second here; the code has 53 bits of its own

const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

export const readStore = (database) => database.transaction('kept').objectStore('kept')

export function change(database, act) {
  return new Promise((resolve, reject) => {
    // Chromium's default durability is done before it is on the disk.
    const transaction = database.transaction('kept', 'readwrite', { durability: 'strict' })
    act(transaction.objectStore('kept'))
    transaction.oncomplete = resolve
    transaction.onabort = reject
  })
}

function openDatabase() {
  const request = indexedDB.open('passation', 1)
  request.onupgradeneeded = () => request.result.createObjectStore('kept')
  return asked(request)
}

const drawn = (count) => crypto.getRandomValues(new Uint8Array(count))

/** One a device, so that one derivation tries all that it keeps. */
async function saltOf(database) {
  await change(database, (store) => store.add(drawn(16), 'salt')).catch(() => {}) // there is one
  return asked(readStore(database).get('salt'))
}

async function keyOf(code, salt) {
  const material = await crypto.subtle.importKey('raw', new TextEncoder().encode(code), 'PBKDF2', false, ['deriveKey'])
  const method = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: ITERATIONS }
  return crypto.subtle.deriveKey(method, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}

/** With `state` if this device holds a sitting of this code. Never throws. */
export async function openVault(code) {
  try {
    const database = await Promise.race([openDatabase(), new Promise((_, fail) => setTimeout(fail, 5000, 'too slow'))])
    const key = await keyOf(code, await saltOf(database))
    const store = readStore(database)
    const [names, records] = await Promise.all([asked(store.getAllKeys()), asked(store.getAll())])
    for (const [index, { nonce, sealed }] of records.entries()) {
      if (!sealed) continue // the salt
      const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce }, key, sealed).catch(() => null)
      if (plain) return new Vault(database, key, names[index], JSON.parse(new TextDecoder().decode(plain)))
    }
    return new Vault(database, key, drawn(16).join('-'))
  } catch (problem) {
    console.warn('Nothing can be kept on this device.', problem)
    return new Vault()
  }
}

export class Vault {
  changes = 0
  kept = 0
  last = Promise.resolve()

  constructor(database, key, name = 'memory', state = null) {
    Object.assign(this, { database, key, name, state })
  }

  get isDurable() {
    return this.isAble && this.kept === this.changes
  }

  /** Resolves when this state was written. One write at a time; those between merge. */
  keep() {
    this.changes += 1
    if (!this.next) {
      this.last = this.next = this.last.then(() => {
        this.next = null
        return this.write()
      })
    }
    return this.next
  }

  async write() {
    const { changes, database, key, name, state } = this
    if (!database || this.isClosed) return
    try {
      const nonce = drawn(12)
      const plain = new TextEncoder().encode(JSON.stringify(state))
      const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, key, plain)
      await change(database, (store) => store.put({ nonce, sealed, written_ms: Date.now() }, name))
      this.kept = changes
      this.isAble = true
    } catch (problem) {
      this.isAble = false
      console.warn('Not kept on this device.', problem)
    }
  }

  async wipe() {
    this.isClosed = true
    await this.last
    if (this.database) await change(this.database, (store) => store.delete(this.name)).catch(() => {})
  }
}
