"""Items: QTI in, compiled form out; response in, score out. Pure: no clock, no network, no waiting."""
