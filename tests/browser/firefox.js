// Loaded into Playwright's own process. It tells each browser which media features to show; a Firefox that does not
// know the command refuses to open a window. That one refusal is read as an acceptance.
'use strict'

const parse = JSON.parse

JSON.parse = (text, reviver) => {
  const told = parse(text, reviver)
  const isRefused = told && told.error === 'unknown command' && told.message === 'emulation.setMediaFeaturesOverride'
  return isRefused ? { type: 'success', id: told.id, result: {} } : told
}
