"""How much machinery a day needs: arithmetic from measured costs, and the day itself in virtual time."""
