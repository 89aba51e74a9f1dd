"""Training: `train()`, what it trains (`Trainer`), checkpoints and exact resume, schedules, EMA, distribution."""
