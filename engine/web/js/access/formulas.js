// A formula in words: its own description where the author gave one, else a plain reading of what stands there.

import { phrases } from './phrases.js'

export function formula(math) {
  return math.getAttribute('alttext') || said(math)
}

const all = (element) => [...element.children].map(said).filter(Boolean).join(' ')
const spaced = (text) => text.replace(/\s+/g, ' ').trim()

function said(element) {
  const text = element.textContent.trim()
  const { formula: parts, signs } = phrases
  const [first, second, third] = [...element.children].map((child) => () => said(child))
  const say = {
    mn: () => text,
    mi: () => signs[text] || text,
    mtext: () => text,
    ms: () => text,
    mo: () => signs[text] || text,
    mfrac: () => parts.fraction(first(), second()),
    msqrt: () => parts.root(all(element)),
    mroot: () => parts.nthRoot(first(), second()),
    msup: () => parts.power(first(), second()),
    msub: () => parts.index(first(), second()),
    msubsup: () => parts.power(parts.index(first(), second()), third()),
    mtr: () => all(element) + ';',
    mphantom: () => '',
    mspace: () => '',
    none: () => '',
  }[element.localName]
  return spaced(say ? say() : all(element))
}
