"""A test day in small: both programs as processes, and the people of a demonstration school around them.

The third place that `make demo` needs: the engine and the authority's program never meet, so somebody who is
neither carries the files from one to the other, as people do.
"""
