"""Measuring speed: made-up articles, and the build's characters per CPU second against a segmenter's over the same text."""
