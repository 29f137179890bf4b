// Media: a sound or film whose answer is how often it was played. A play counts when it begins, so that nobody hears
// all but the end as often as he likes; a pause, or a page that was reloaded, goes on where it was.

import { DRAWINGS, button, h, icon } from '../element.js'
import { build } from '../recordings.js'
import { words } from '../words.js'

Object.assign(DRAWINGS, { play: 'M8 5l11 7-11 7z', pause: 'M8 5v14M16 5v14' })
const KEEP_EACH_S = 3

export async function bind(root, { name, item, min, max, sitting, content, note, changed, isClosed }) {
  const span = root.querySelector('[data-recording]')
  const { autostart, loop } = root.dataset
  const media = await build(span, content, !max)
  const begun = (sitting.state.plays = sitting.state.plays || {})
  const key = `${item} ${name}`
  let count = 0

  // With a bound there is no way back within a play, so the native controls give way to one button.
  const sign = h('span', {})
  const toggle = button('second', () => (media.paused ? play() : media.pause()), sign)
  const bar = h('progress', { max: 1, value: 0, 'aria-label': words.playedPart })
  if (max) span.after(h('div', { class: 'playing' }, toggle, bar))

  const isBegun = () => begun[key] !== undefined
  const isLeft = () => isBegun() || !max || count < max

  function play() {
    if (isLeft()) media.play().catch(show) // a browser may want a press first
  }

  function show() {
    toggle.disabled = !isLeft()
    toggle.replaceChildren(icon(media.paused ? 'play' : 'pause'), media.paused ? words.listen : words.hold)
    bar.value = media.duration ? media.currentTime / media.duration : 0
    const left = max && words.playsLeft(max - count)
    note(left || (min > count ? words.playsWanted(min) : ''))
  }

  media.addEventListener('play', () => {
    if (!isBegun() || (!max && media.currentTime < 0.1)) {
      count += 1
      begun[key] = 0
      changed()
    }
    show()
  })
  media.addEventListener('timeupdate', () => {
    if (isBegun() && Math.abs(media.currentTime - begun[key]) >= KEEP_EACH_S) {
      begun[key] = media.currentTime
      sitting.keepSoon()
    }
    if (max) bar.value = media.duration ? media.currentTime / media.duration : 0
  })
  media.addEventListener('pause', () => {
    if (isBegun()) begun[key] = media.currentTime
    show()
  })
  media.addEventListener('ended', () => {
    delete begun[key]
    media.currentTime = 0
    sitting.keepSoon()
    if (loop !== undefined && root.isConnected) play()
    show()
  })
  if (isBegun()) media.currentTime = begun[key]
  show()
  if (autostart !== undefined && !isClosed) requestAnimationFrame(() => isLeft() && (isBegun() || !count) && play())
  return {
    isOptional: !min,
    read: () => (count ? String(count) : null),
    write(value) {
      count = Math.max(count, Number(value) || 0) // what was heard stays heard
      show()
    },
  }
}
