// The bytes of files and drawings on this computer's disk, under the key of the vault; in memory where nothing can be
// kept. A database of their own: the vault is read whole when it is opened.

const KEEP_MS = 60 * 24 * 3_600_000

export class Shelf {
  held = {}

  constructor({ key, name }) {
    Object.assign(this, { key, name })
  }

  async put(id, blob) {
    try {
      const nonce = crypto.getRandomValues(new Uint8Array(12))
      const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, this.key, await blob.arrayBuffer())
      const record = { nonce, sealed, type: blob.type, written_ms: Date.now() }
      await this.change((store) => store.put(record, `${this.name}/${id}`))
    } catch (problem) {
      this.held[id] = blob
      console.warn('The file is kept in memory only.', problem)
    }
  }

  async get(id) {
    if (this.held[id]) return this.held[id]
    try {
      const { nonce, sealed, type } = await this.ask((store) => store.get(`${this.name}/${id}`))
      return new Blob([await crypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce }, this.key, sealed)], { type })
    } catch {
      return null
    }
  }

  remove(id) {
    delete this.held[id]
    return this.change((store) => store.delete(`${this.name}/${id}`)).catch(() => {})
  }

  clear() {
    const range = IDBKeyRange.bound(`${this.name}/`, `${this.name}/g`)
    return this.change((store) => store.delete(range)).catch(() => {})
  }

  async change(act) {
    const database = await this.open()
    return new Promise((resolve, reject) => {
      const transaction = database.transaction('kept', 'readwrite', { durability: 'strict' })
      act(transaction.objectStore('kept'))
      transaction.oncomplete = resolve
      transaction.onabort = reject
    })
  }

  async ask(act) {
    const database = await this.open()
    const request = act(database.transaction('kept').objectStore('kept'))
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = reject
    })
  }

  open() {
    return (this.opening = this.opening || openDatabase())
  }
}

function openDatabase() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('passation-files', 1)
    request.onupgradeneeded = () => request.result.createObjectStore('kept')
    request.onerror = reject
    request.onsuccess = () => {
      clearOld(request.result)
      resolve(request.result)
    }
  })
}

/** What nobody came back for. */
function clearOld(database) {
  database.transaction('kept', 'readwrite').objectStore('kept').openCursor().onsuccess = ({ target: { result } }) => {
    if (!result) return
    if (result.value.written_ms < Date.now() - KEEP_MS) result.delete()
    result.continue()
  }
}
