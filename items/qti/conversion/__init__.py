"""From QTI 2.0, 2.1 and 2.2 to QTI 3, in place: after reading, the rest of the program knows one QTI."""
