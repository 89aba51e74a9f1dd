"""mien: text in, faces and figures that move out."""

__version__ = "0.1.0"
