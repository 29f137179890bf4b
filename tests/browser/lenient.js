// Playwright tells each browser which media features to show; a Firefox that does not know this command refuses to open
// a window for it. Loaded into Playwright's own process: that one refusal is an acceptance.
'use strict'

const COMMAND = 'emulation.setMediaFeaturesOverride'
const parse = JSON.parse

JSON.parse = (text, reviver) => {
  const told = parse(text, reviver)
  const isRefused = told && told.error === 'unknown command' && String(told.message).includes(COMMAND)
  return isRefused ? { type: 'success', id: told.id, result: {} } : told
}
