"""The layered painter: the texture atlas of several heads at once, differentiable in every colour and amount."""
