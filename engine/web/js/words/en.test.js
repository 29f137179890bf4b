// English, to a pupil of eleven: instructions and questions.

const plural = (number, word) => `${number} ${word}${number === 1 ? '' : 's'}`

export default {
  beforeStart: 'Before you start',
  questions: (count) => plural(count, 'question'),
  minutes: (count) => plural(count, 'minute'),
  howItWorks: 'How it works',
  howTo: [
    ['grid', 'Answer in any order you like. You can go back and change your answers.'],
    ['check', 'Your answers are saved by themselves. If the network fails, carry on: nothing is lost.'],
    ['flag', 'Not sure? Mark the question “To review”.'],
    ['clock', 'At the end, check your answers, then hand in your test.'],
  ],
  arriving: 'The test is arriving on this computer…',
  arrived: ' The test has arrived on this computer.',
  start: 'Start the test',
  starting: 'The test is opening…',
  startsIn: (time) => `The test starts in ${time}`,

  question: (number, count) => `Question ${number} of ${count}`,
  previous: 'Previous',
  next: 'Next',
  finish: 'Check and hand in',
  map: 'All questions',
  clear: 'Clear my answer',
  passage: 'Text to read',
  comesSoon: 'The question will come as soon as the network is back.',
  choose: (min, max) =>
    max > 1 ? `Choose ${max} answers at most.` : min > 1 ? `Choose at least ${min} answers.` : 'You can choose several answers.',
}
