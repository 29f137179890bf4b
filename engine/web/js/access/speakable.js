// What is read aloud of a page, piece by piece: [{ element, text, language, recording }]. What is not on the screen,
// what its author keeps silent and what is only to be pressed is not in it.

import { formula } from './formulas.js'
import { phrases } from './phrases.js'

const SILENT = 'button, script, style, option, [aria-hidden="true"], [hidden], .hint.counter, .attempts, .access'
const LONGEST = 220 // signs: some browsers fall silent in a long piece
const SENTENCES = /(?<=[.!?…]["»”)\]]*)\s+/

const isMuted = ({ dataset }) => /all|computer-read-aloud/.test(dataset.qtiSuppressTts || '')
const isBlock = (element) => !/^(inline|contents|ruby|math)/.test(getComputedStyle(element).display)

/** `spokenOf(element)` gives the entries of its spoken cards. */
export function piecesOf(root, spokenOf = () => []) {
  const pieces = []
  let text = ''

  function flush(element, language) {
    for (const part of sentences(text)) pieces.push({ element, text: part, language })
    text = ''
  }

  function walk(node, block, language) {
    if (node.nodeType === Node.TEXT_NODE) text += node.data
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(SILENT) || isMuted(node)) return
    if (!node.getClientRects().length && node.localName !== 'br') return // in a box that is folded, or not shown
    if (getComputedStyle(node).visibility === 'hidden') return
    const own = node.getAttribute('lang') || language
    const isApart = isBlock(node) || own !== language || 'pause' in node.dataset
    if (isApart) flush(block, language)
    const around = isBlock(node) ? node : block
    if (!sayOtherwise(node, around, own)) for (const child of node.childNodes) walk(child, around, own)
    if (isApart) flush(around, own)
  }

  /** True if something is said instead of what is inside. */
  function sayOtherwise(node, around, language) {
    const [spoken] = spokenOf(node)
    const recording = spoken && spoken.querySelector('[data-recording]')
    if (recording) {
      flush(around, language)
      pieces.push({ element: around, text: '', language, recording: recording.dataset.recording })
      return true
    }
    const instead = spoken ? spoken.textContent : otherwise(node)
    if (instead !== null) text += ` ${instead} `
    return instead !== null
  }

  walk(root, root, (root.closest('[lang]') || document.documentElement).lang)
  flush(root, root.lang)
  return pieces
}

function otherwise(node) {
  const { say, sayAs } = node.dataset
  if (say) return say
  if (sayAs === 'characters') return [...node.textContent.trim()].join(' ')
  if (node.localName === 'math') return formula(node)
  if (node.localName === 'img') return node.alt ? phrases.picture(node.alt) : ''
  if (node.localName === 'rt' || node.localName === 'rp') return '' // the word itself is said
  if (node.localName === 'br') return '. '
  if (node.matches('select')) return phrases.list([...node.options].slice(1).map((option) => option.text))
  if (node.matches('textarea, input:not([type=radio], [type=checkbox])')) return phrases.field
  return node.matches('input, audio, video, iframe, canvas, svg') ? '' : null
}

function sentences(text) {
  const plain = text.replace(/\s+/g, ' ').trim()
  if (!/[\p{L}\p{N}]/u.test(plain)) return []
  return plain.split(SENTENCES).flatMap(shortened).filter((part) => /[\p{L}\p{N}]/u.test(part))
}

/** Cut between words. */
function shortened(sentence) {
  const parts = []
  let rest = sentence.trim()
  while (rest.length > LONGEST) {
    const end = rest.lastIndexOf(' ', LONGEST)
    const at = end > 0 ? end : LONGEST
    parts.push(rest.slice(0, at))
    rest = rest.slice(at).trim()
  }
  return [...parts, rest]
}
