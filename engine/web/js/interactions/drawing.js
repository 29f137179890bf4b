// Drawing: a pen over a picture, by mouse, finger, stylus or arrow keys. What is sent is the picture with the drawing.
// The eraser paints the picture back, so that it works as well on a drawing that was fetched from the server.

import { DRAWINGS, button, h, icon, style } from '../element.js'
import { filesOf } from '../files.js'
import { say } from '../notice.js'
import { words } from '../words.js'
import { pointers } from './pen.js'

Object.assign(DRAWINGS, { undo: 'M9 14L4 9l5-5M4 9h10a6 6 0 010 12h-3', eraser: 'M8 20l-5-5 10-10 7 7-8 8zM8 20h12' })
const INKS = { black: '#161616', blue: '#000091', red: '#c9191e', green: '#18753c' }
const PEN = 4 // pixels of the picture at 800 pixels of width
const ERASER = 8 // times the pen
const CALM_MS = 3000 // a stroke more within this time is sent with the last one

export async function bind(root, context) {
  await style('files')
  const { name: response, item, sitting, changed } = context
  const files = filesOf(sitting)
  const sheet = root.querySelector('.qti-drawing')
  const picture = sheet.querySelector('img')
  const { width, height } = sheet.dataset
  const help = h('p', { class: 'unseen', id: `x-${response}-help` }, words.drawingHelp)
  const label = `${words.drawing}. ${picture.alt}`
  const attributes = { width, height, tabindex: 0, role: 'img', 'aria-label': label, 'aria-describedby': help.id }
  const canvas = h('canvas', attributes)
  const ground = h('canvas', { width, height })
  const paint = canvas.getContext('2d')
  const thick = (PEN * Math.max(width, 400)) / 800
  let base = ground
  let strokes = []
  let ink = 'black'
  let value = null
  let keeping = Promise.resolve()
  let latest = 0
  let wipes = 0
  let restoring = 0

  const tools = Object.keys(INKS).map((name) => tool(name, words.inks[name], h('i', { class: `ink ink-${name}` })))
  tools.push(tool('eraser', words.eraser, icon('eraser')))
  const undo = button('step', takeBack, icon('undo'))
  undo.title = words.undo
  undo.setAttribute('aria-label', words.undo)
  const box = h('div', { class: 'tools', role: 'group', 'aria-label': words.drawingTools }, tools, undo)
  sheet.before(box)
  sheet.append(canvas, help)

  function tool(name, title, sign) {
    const element = button('step tool-' + name, () => use(name), sign)
    element.title = title
    element.setAttribute('aria-label', title)
    return element
  }

  function use(name) {
    ink = name
    for (const element of tools) element.setAttribute('aria-pressed', element.matches('.tool-' + name))
  }

  function line({ points, ink: colour }) {
    const isEraser = colour === 'eraser'
    paint.lineWidth = isEraser ? thick * ERASER : thick
    paint.lineCap = paint.lineJoin = 'round'
    paint.strokeStyle = isEraser ? paint.createPattern(ground, 'no-repeat') : INKS[colour]
    paint.beginPath()
    paint.moveTo(...points[0])
    for (const point of points) paint.lineTo(...point)
    paint.stroke()
  }

  function redraw() {
    paint.drawImage(base, 0, 0, width, height)
    strokes.forEach(line)
    undo.classList.toggle('is-off', !strokes.length)
  }

  function begin(point) {
    strokes.push({ ink, points: [point] })
    redraw()
  }

  function go(point) {
    const { points } = strokes[strokes.length - 1]
    points.push(point)
    line({ ink: strokes[strokes.length - 1].ink, points: points.slice(-2) })
  }

  function takeBack() {
    if (!strokes.length) return
    strokes.pop()
    redraw()
    end()
  }

  /** Kept on this computer at once, sent when the pupil pauses. Strokes meanwhile are kept together. */
  function end() {
    const turn = ++latest
    keeping = keeping.then(() => turn === latest && keep())
  }

  async function keep() {
    const era = wipes
    const given = (id) => {
      if (era !== wipes) return id && files.drop(item, response) // wiped meanwhile
      value = id
      changed()
      sitting.emit('drawn', { item, response, id })
    }
    if (strokes.length || base !== ground) {
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'))
      return files.add(item, response, blob, { calm_ms: CALM_MS, given })
    }
    files.drop(item, response)
    given(null)
  }

  /** Show what was drawn before, under the strokes there are. */
  async function restore() {
    const turn = ++restoring
    await loaded(picture)
    const under = ground.getContext('2d')
    under.fillStyle = '#fff'
    under.fillRect(0, 0, width, height)
    under.drawImage(picture, 0, 0, width, height)
    const blob = value && (await files.read(value))
    const image = blob && (await createImageBitmap(blob).catch(() => null))
    if (turn !== restoring) return
    base = image || ground
    context.note(value && !image ? words.drawingAway : '')
    redraw()
  }

  function write(given) {
    if (value && !given) files.drop(item, response)
    wipes += 1
    strokes = []
    value = given
    restore()
  }

  // Who leaves the question and comes back at once finds the stroke that was not kept yet when it was shown again.
  sitting.on('drawn', (news) => {
    if (!root.isConnected || news.item !== item || news.response !== response || news.id === value) return
    value = news.id
    restore().then(() => strokes.length && end())
  })

  pointers(canvas, sheet, { begin, go, end, say: (text) => say(text, true) })
  use('black')
  restore()
  return { read: () => value, write }
}

const loaded = (picture) =>
  new Promise((resolve) => {
    if (picture.complete && picture.naturalWidth) resolve()
    else picture.addEventListener('load', resolve, { once: true })
  })
