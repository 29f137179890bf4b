// Keeps the page itself (never an API reply, never content) so that it opens without network.
// VERSION is a digest of the files below; tests/engine/test_player_units.py checks both and gives the new one.

const VERSION = '0cb466bf3a63'
const SHELL = 'passation-shell-' + VERSION
const FILES = [
  '/',
  '/static/css/access.css',
  '/static/css/attempts.css',
  '/static/css/controls.css',
  '/static/css/course.css',
  '/static/css/files.css',
  '/static/css/late.css',
  '/static/css/page.css',
  '/static/css/places.css',
  '/static/css/vocabulary.css',
  '/static/css/waiting.css',
  '/static/icons/mark.svg',
  '/static/js/access/cards.js',
  '/static/js/access/formulas.js',
  '/static/js/access/listening.js',
  '/static/js/access/looks.js',
  '/static/js/access/phrases.js',
  '/static/js/access/ruler.js',
  '/static/js/access/settings.js',
  '/static/js/access/speakable.js',
  '/static/js/access/striking.js',
  '/static/js/access/tools.js',
  '/static/js/adorn.js',
  '/static/js/api.js',
  '/static/js/attempts.js',
  '/static/js/bar.js',
  '/static/js/clock.js',
  '/static/js/closed.js',
  '/static/js/code.js',
  '/static/js/comment.js',
  '/static/js/content.js',
  '/static/js/course.js',
  '/static/js/desk.js',
  '/static/js/element.js',
  '/static/js/files.js',
  '/static/js/flow.js',
  '/static/js/fragment.js',
  '/static/js/handin.js',
  '/static/js/interactions/associate.js',
  '/static/js/interactions/chips.js',
  '/static/js/interactions/choice.js',
  '/static/js/interactions/custom.js',
  '/static/js/interactions/customvalues.js',
  '/static/js/interactions/drag.js',
  '/static/js/interactions/drawing.js',
  '/static/js/interactions/ending.js',
  '/static/js/interactions/folded.js',
  '/static/js/interactions/gap.js',
  '/static/js/interactions/graphic-order.js',
  '/static/js/interactions/groups.js',
  '/static/js/interactions/hotspot.js',
  '/static/js/interactions/inline.js',
  '/static/js/interactions/lines-of-text.js',
  '/static/js/interactions/lines.js',
  '/static/js/interactions/match.js',
  '/static/js/interactions/media.js',
  '/static/js/interactions/order.js',
  '/static/js/interactions/pairs.js',
  '/static/js/interactions/part.js',
  '/static/js/interactions/pen.js',
  '/static/js/interactions/points.js',
  '/static/js/interactions/position-object.js',
  '/static/js/interactions/ranking.js',
  '/static/js/interactions/select-point.js',
  '/static/js/interactions/slider.js',
  '/static/js/interactions/slots.js',
  '/static/js/interactions/spots.js',
  '/static/js/interactions/text.js',
  '/static/js/interactions/upload.js',
  '/static/js/item.js',
  '/static/js/load.js',
  '/static/js/main.js',
  '/static/js/map.js',
  '/static/js/notice.js',
  '/static/js/opening.js',
  '/static/js/outbox.js',
  '/static/js/paper.js',
  '/static/js/passages.js',
  '/static/js/progress.js',
  '/static/js/queue.js',
  '/static/js/reading.js',
  '/static/js/recordings.js',
  '/static/js/resume.js',
  '/static/js/review.js',
  '/static/js/shelf.js',
  '/static/js/shell.js',
  '/static/js/sitting.js',
  '/static/js/solution.js',
  '/static/js/stretches.js',
  '/static/js/tab.js',
  '/static/js/validity.js',
  '/static/js/vault.js',
  '/static/js/words/en.access.js',
  '/static/js/words/en.course.js',
  '/static/js/words/en.js',
  '/static/js/words/en.late.js',
  '/static/js/words/en.test.js',
  '/static/js/words/en.waiting.js',
  '/static/js/words/fr.access.js',
  '/static/js/words/fr.course.js',
  '/static/js/words/fr.js',
  '/static/js/words/fr.late.js',
  '/static/js/words/fr.test.js',
  '/static/js/words/fr.waiting.js',
  '/static/js/words.js',
  '/static/manifest.webmanifest',
]

self.addEventListener('install', (event) => {
  const all = FILES.map((path) => new Request(path, { cache: 'no-cache' }))
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(all)))
})

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith('passation-shell-') && name !== SHELL))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  )
})

// Asked for by a log-in page on which nothing is typed yet; a test that is open is never changed under a pupil.
self.addEventListener('message', (event) => {
  if (event.data === 'take over') self.skipWaiting()
})

self.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url)
  if (event.request.method !== 'GET' || origin !== location.origin || !FILES.includes(pathname)) return
  event.respondWith(
    caches
      .open(SHELL)
      .then((cache) => cache.match(pathname))
      .then((kept) => kept || fetch(event.request)),
  )
})
