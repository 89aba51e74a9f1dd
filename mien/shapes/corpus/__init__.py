"""The rendered corpus: scenes, their prompts, random paths and the renderer."""
