// What lets this page open without network: a copy of the page, and the sealed form.

import { CACHE } from './content.js'
import { workerAddress } from './fragment.js'
import { change, readStore } from './vault.js'

const CACHES_MAX = 4 // forms that a shared computer may keep
const KEEP_MS = 60 * 24 * 3_600_000

/** Where there is such a thing: a private window of Firefox had none before 139. */
export async function keepShell() {
  if (navigator.serviceWorker) await navigator.serviceWorker.register(workerAddress()).catch(console.warn)
}

/** On a log-in page on which nothing is typed yet: the only moment at which code may change. */
export async function takeNewShell() {
  const isUntouched = () => document.body.matches('.on-login') && !document.getElementById('code').value
  const registration = await navigator.serviceWorker.getRegistration()
  if (!registration || !registration.waiting || !isUntouched()) return
  navigator.serviceWorker.addEventListener('controllerchange', () => isUntouched() && location.reload(), { once: true })
  registration.waiting.postMessage('take over')
}

/** What nobody came back for. */
export async function clearOld({ database }) {
  if (!database) return
  readStore(database).openCursor().onsuccess = ({ target: { result } }) => {
    if (!result) return
    const { key, value } = result
    if (value.written_ms < Date.now() - KEEP_MS) change(database, (store) => store.delete(key))
    result.continue()
  }
}

/** Keep the bytes, still sealed, if they are the ones that the session names. */
export async function keepContent(content) {
  try {
    await content.prefetch()
    const bytes = await new Blob(content.parts).arrayBuffer()
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
    const name = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    if (name !== content.form) return
    await (await caches.open(CACHE + name)).put(content.url, new Response(bytes))
    const others = (await caches.keys()).filter((one) => one.startsWith(CACHE) && one !== CACHE + name)
    for (const old of others.slice(0, 1 - CACHES_MAX)) await caches.delete(old)
  } catch (problem) {
    console.warn('The content stays in memory only.', problem)
  }
}
