"""Load test: pupils by the thousand, who see what a pupil sees, HTTP alone."""
