// English, to a pupil of eleven: before the bell, and in the waiting room.

export default {
  ready: 'I have read it all',
  bellIn: (time) => `The test opens in ${time}`,
  allReady: 'Everything is ready',
  startsItself: 'The test starts by itself. There is nothing for you to do.',
  timeNotYet: 'Your time begins only with the first question.',
  readAgain: 'Read the instructions again',
  yourTurnSoon: 'It is nearly your turn',
  oneByOne: 'Pupils come in one after the other, a few seconds apart. The test opens by itself.',

  queue: (number, minutes) =>
    `Many pupils are arriving at once. You are about number ${number}, some ${minutes} minute${minutes > 1 ? 's' : ''} to go. ` +
    'Your place is kept and this page goes on by itself. Nothing is lost: your time only runs with the test.',
  before: 'your place',
  minutesLeft: 'min',
}
