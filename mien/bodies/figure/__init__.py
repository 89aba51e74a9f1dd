"""A figure as a mesh that joints move: body, clothes, hair and hats of a scene, and the renderer of its pictures."""
