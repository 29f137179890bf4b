// Modules that come when they are needed, over a line that may be down.

// Firefox before 155 and older Safaris keep a failed import for as long as the page lives. They ask for the file first:
// what does not come then is not imported. Chromium asks again by itself; no other browser has this word.
const keepsFailures = !navigator.userAgentData
const RENEW_MS = 60_000
const had = new Set()
const failed = new Set()

/** The module at `path`, as seen from here. Rejects while it cannot be had; the next call asks again. */
export async function load(path) {
  if (keepsFailures && !had.has(path)) await reach(path)
  try {
    const module = await import(path)
    had.add(path)
    return module
  } catch (problem) {
    // It is there and does not come: the line broke between the two, and only a new page could import it.
    if (keepsFailures && failed.has(path)) renew()
    failed.add(path)
    throw problem
  }
}

async function reach(path) {
  const reply = await fetch(new URL(path, import.meta.url))
  if (!reply.ok) throw new Error(`${path}: ${reply.status}`)
  // To its end: an unread reply keeps its connection.
  await reply.arrayBuffer()
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
