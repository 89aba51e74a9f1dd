"""Pictures of looks: one protocol, a quick renderer in numba and a differentiable one in torch."""
