// The one button that needs a module: to print what is read.

const button = document.getElementById('print')
button.hidden = false
button.addEventListener('click', () => window.print())
