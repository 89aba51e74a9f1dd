"""Workers: claim jobs, run each in a process group of its own, and keep models loaded between them."""
