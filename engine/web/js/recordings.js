// Sound and film: native players over what the form brought, with captions where there are some.

import { h, style } from './element.js'
import { speakMore, words } from './words.js'

/** All recordings of a text; those that are counted belong to their interaction (interactions/media.js). */
export async function furnish(root, content) {
  for (const span of root.querySelectorAll('[data-recording]:not([data-counted])')) build(span, content, true)
}

/** The `audio` or `video` of one place; its own controls where they are asked for. */
export async function build(span, content, hasControls) {
  const { kind, recording, label, poster, width, height, loop } = span.dataset
  await Promise.all([style('files'), speakMore()])
  const attributes = { preload: 'auto', 'aria-label': label || words.recording, width, height, playsinline: true }
  const media = h(kind, { ...attributes, controls: hasControls, loop: hasControls && loop !== undefined })
  const address = (id) => content.get('media', id)
  for (const mark of [...span.querySelectorAll('[data-track]')]) {
    const { kind: role, label: title, language } = mark.dataset
    const src = await address(mark.dataset.track)
    media.append(h('track', { kind: role, label: title || words.captions, srclang: language, src }))
    mark.remove()
  }
  if (media.textTracks.length) media.textTracks[0].mode = 'showing'
  if (poster) media.poster = await address(poster)
  media.src = await address(recording)
  span.append(media)
  hush(media)
  return media
}

/** Away from its question it is silent. */
function hush(media) {
  let wasThere = false
  const observer = new MutationObserver(() => {
    if (media.isConnected) wasThere = true
    else if (wasThere) {
      media.pause()
      observer.disconnect()
    }
  })
  observer.observe(document.body, { childList: true, subtree: true })
}
