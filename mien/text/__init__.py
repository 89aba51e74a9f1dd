"""Text encoders with one interface: learned word embeddings, or a pretrained model from transformers."""
