"""Does search answer the way people mean it? 3,000 believable repositories and 200 questions.

The questions and what a person would call their answers were written before any engine ran on them, and are
not bent to one: where an engine misses, the engine is wrong, or the question stays a miss.
"""
