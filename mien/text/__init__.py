"""Text encoders behind one interface: a vocabulary learned with the model, or a pretrained model of transformers."""
