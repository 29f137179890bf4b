// Modules that come when they are needed, over a line that may be down.

// Firefox before 155 and older Safaris keep a failed import for as long as the page lives, of a module and of each one
// that it imports. They ask for all these files first: what does not come then is not imported. Chromium asks again by
// itself; no other browser has this word.
const keepsFailures = !navigator.userAgentData
const RENEW_MS = 60_000
const IMPORTS = /^import .*'(.+)'$/gm
const had = new Set()
const failed = new Set()
let files = {} // by address: what it imports, once it has come

/** The module at `path`, as seen from here. Rejects while it cannot be had; the next call asks again. */
export async function load(path) {
  if (keepsFailures && !had.has(path)) await reach(path, import.meta.url, new Set())
  try {
    const module = await import(path)
    had.add(path)
    return module
  } catch (problem) {
    files = {}
    // It is there and does not come: the line broke between the two, and only a new page could import it.
    if (keepsFailures && failed.has(path)) renew()
    failed.add(path)
    throw problem
  }
}

/** Resolves when all has come that the module at `path` needs, but what was asked for on the way to it. */
async function reach(path, from, asked) {
  const { href } = new URL(path, from)
  if (asked.has(href)) return
  asked.add(href)
  const found = await (files[href] ||= imports(href))
  await Promise.all(found.map((path) => reach(path, href, asked)))
}

async function imports(href) {
  try {
    const reply = await fetch(href)
    if (!reply.ok) throw new Error(`${href}: ${reply.status}`)
    // To its end: an unread reply keeps its connection.
    return [...(await reply.text()).matchAll(IMPORTS)].map(([, path]) => path)
  } catch (problem) {
    delete files[href]
    throw problem
  }
}

/**
 * Only the page of the code is fetched anew by itself, with what stands in its field, and once a minute: elsewhere it
 * would cost answers that nothing keeps, or the receipt. The code never goes into the address, which histories keep.
 */
function renew() {
  const field = document.getElementById('code')
  const { renewed = 0 } = history.state || {}
  if (!field || Date.now() - renewed < RENEW_MS) return
  history.replaceState({ code: field.value, renewed: Date.now() }, '')
  location.reload()
}
