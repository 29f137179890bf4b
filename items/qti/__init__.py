"""Reading QTI 3: packages, documents, tests and items, each refusal with file, line and reason."""
