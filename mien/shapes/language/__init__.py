"""The words of users about shapes: a sentence becomes a scene, and the prompt with which the model is conditioned."""
