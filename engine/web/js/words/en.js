// English, to a pupil of eleven: until the first question.

const plural = (number, word) => `${number} ${word}${number === 1 ? '' : 's'}`

export default {
  welcome: 'Hello!',
  skip: 'Go to the content',
  typeCode: 'Type the code on your sheet.',
  code: 'Your code',
  codeHelp: 'It has 12 signs. Capitals and spaces do not matter.',
  enter: 'Enter',
  entering: 'One moment…',
  otherCode: 'Change the code',
  typo: {
    length: (count) => `The code has 12 signs. You typed ${count}.`,
    symbol: () => 'One of the signs does not exist in our codes. Look at your sheet again.',
    no_o_or_zero: () => 'Our codes have no zero and no letter O. Is it a D or a Q? Look at your sheet again.',
    check: () => 'There is a typing mistake. Compare each sign with your sheet.',
  },
  tryingAgain:
    'The network is slow, or many pupils are connecting. The page keeps trying by itself: wait, it will be your turn soon.',
  noLine: 'No network at the moment. The page keeps trying by itself.',

  beforeStart: 'Before you start',
  questions: (count) => plural(count, 'question'),
  minutes: (count) => plural(count, 'minute'),
  howTo: [
    ['grid', 'Answer in any order you like. You can go back and change your answers.'],
    ['check', 'Your answers are saved by themselves.'],
    ['device', 'If the network fails, carry on: nothing is lost.'],
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
  cannotRead: 'This question does not open. Call your teacher.',
  choose: (min, max) =>
    max > 1 ? `Choose ${max} answers at most.` : min > 1 ? `Choose at least ${min} answers.` : 'You can choose several answers.',
  tooMany: (max) => `You already have ${plural(max, 'answer')}. Take one away to choose another.`,
}
