"""Portable custom interactions: one as authors write them, and one that tries to get out of its frame."""

from __future__ import annotations

from tests.items.given import an_item, declared

COUNTER = """define(['qtiCustomInteractionContext', './lib/steps', 'text!./lib/help.txt'],
  function (context, steps, help) {
  function Counter(dom, configuration, state) {
    const bound = configuration.boundTo.RESPONSE || Object.values(configuration.boundTo)[0]
    let count = bound && bound.base ? bound.base.integer : null
    let presses = state ? JSON.parse(state).presses : 0
    const shown = dom.querySelector('.shown')
    dom.querySelector('.help').textContent = help.trim()
    const button = dom.querySelector('button')
    const show = () => (shown.textContent = count === null ? '?' : `${count} (${presses})`)
    button.addEventListener('click', () => {
      count = steps.next(count || 0, Number(configuration.properties.stepSize))
      presses += 1
      show()
    })
    show()
    this.typeIdentifier = 'urn:passation:counter'
    this.getResponse = () => (count === null ? { base: null } : { base: { integer: count } })
    this.getState = () => JSON.stringify({ presses })
    this.checkValidity = () => count === null || count < 9
    this.getCustomValidity = () => 'Pas plus de huit.'
    this.oncompleted = () => {}
  }
  context.register({
    typeIdentifier: 'urn:passation:counter',
    getInstance(dom, configuration, state) {
      const counter = new Counter(dom, configuration, state)
      configuration.onready(counter, state)
    },
  })
})
"""
STEPS = "define(function (require, exports) { exports.next = (count, step) => count + step })"
CUSTOM_MEDIA = {
    "modules/counter.js": COUNTER.encode(),
    "modules/lib/steps.js": STEPS.encode(),
    "modules/lib/help.txt": b"Appuie pour compter.",
    "modules/resolution.json": b'{"waitSeconds": 60, "paths": {"counter": "counter"}}',
}


def custom(
    attributes: str = 'module="counter" data-step-size="2"', modules: str = "", markup: str = ""
) -> str:
    """An item with one custom interaction; its response is a whole number."""
    modules = modules or '<qti-interaction-modules primary-configuration="modules/resolution.json"/>'
    markup = markup or (
        '<div class="counter"><p class="help"/><p>Compte : <output class="shown"/></p>'
        '<button type="button">Encore</button><img src="authored-picture.svg" alt="" width="40"/></div>'
    )
    body = f"""<qti-portable-custom-interaction response-identifier="RESPONSE"
        custom-interaction-type-identifier="urn:passation:counter" {attributes}>
      <qti-prompt>Compte jusqu’à six.</qti-prompt>{modules}
      <qti-interaction-markup>{markup}</qti-interaction-markup>
    </qti-portable-custom-interaction>"""
    return an_item(body, declared(("6",), base_type="integer"), identifier="authored-custom")


CUSTOM = custom()

HOSTILE = """define(['qtiCustomInteractionContext'], function (context) {
  const found = {}
  const attempt = async (name, act) => {
    try {
      const got = await act()
      found[name] = got === undefined ? 'done' : String(got)
    } catch (problem) {
      found[name] = 'refused'
    }
  }
  const load = (tag, address) => new Promise((resolve, reject) => {
    const element = document.createElement(tag)
    element.onload = () => resolve('loaded')
    element.onerror = () => reject(new Error('no'))
    element[tag === 'link' ? 'href' : 'src'] = address
    if (tag === 'link') element.rel = 'stylesheet'
    document.body.append(element)
    setTimeout(reject, 3000)
  })
  async function all(home) {
    await attempt('dom', () => parent.document.title)
    await attempt('top', () => top.location.href)
    await attempt('cookie', () => document.cookie)
    await attempt('local', () => localStorage.length)
    await attempt('database', () => new Promise((resolve, reject) => {
      const request = indexedDB.open('passation')
      request.onsuccess = () => resolve('open')
      request.onerror = reject
    }))
    await attempt('fetch', () => fetch(home + '/api/v1/time').then((reply) => reply.status))
    await attempt('beacon', () => { if (!navigator.sendBeacon(home + '/x', 'x')) throw new Error('no') })
    await attempt('socket', () => new Promise((resolve, reject) => {
      const socket = new WebSocket(home.replace('http', 'ws'))
      socket.onopen = resolve
      socket.onerror = reject
    }))
    await attempt('image', () => load('img', home + '/static/icons/mark.svg'))
    await attempt('script', () => load('script', home + '/static/js/clock.js'))
    await attempt('style', () => load('link', home + '/static/css/page.css'))
    await attempt('eval', () => (0, eval)('1 + 1'))
    await attempt('peer', () => new RTCPeerConnection().createDataChannel('x').label)
    await attempt('popup', () => { if (!window.open(home)) throw new Error('no') })
    await attempt('worker', () => new Promise((resolve, reject) => {
      const worker = new Worker(URL.createObjectURL(new Blob(['postMessage(1)'])))
      worker.onmessage = () => resolve('runs')
      worker.onerror = reject
    }))
    await attempt('nested', () => {
      const frame = document.createElement('iframe')
      document.body.append(frame)
      return frame.contentWindow.document.cookie + frame.contentWindow.RTCPeerConnection
    })
    await attempt('leave', () => { top.location = home + '/?left' })
    const forged = { kind: 'response', response: { base: { integer: 6 } } }
    for (let n = 0; n < 50; n++) parent.postMessage(forged, '*')
    return JSON.stringify(found)
  }
  context.register({
    typeIdentifier: 'urn:passation:hostile',
    getInstance(dom, configuration) {
      let text = null
      all(configuration.properties.home).then((found) => (text = found))
      const getResponse = () => ({ base: { string: text } })
      configuration.onready({ getResponse, getState: () => 'x'.repeat(1e6) })
    },
  })
})
"""


def hostile(home: str) -> str:
    """What it can reach becomes its response."""
    body = f"""<qti-portable-custom-interaction response-identifier="FOUND" module="hostile"
        data-home="{home}" custom-interaction-type-identifier="urn:passation:hostile">
      <qti-interaction-modules><qti-interaction-module id="hostile" primary-path="modules/hostile.js"/>
      </qti-interaction-modules>
      <qti-interaction-markup><p>x</p></qti-interaction-markup></qti-portable-custom-interaction>"""
    return an_item(body, declared((), identifier="FOUND", base_type="string"), identifier="hostile")
