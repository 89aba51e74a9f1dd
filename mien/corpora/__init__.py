"""Where clips come from, and how they are parted."""

from mien.corpora.corpus import make_corpus
from mien.corpora.options import CorpusOptions, EmbeddedOptions

__all__ = ["CorpusOptions", "EmbeddedOptions", "make_corpus"]
