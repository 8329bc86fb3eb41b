"""One small app an idea. Each runs alone: `uvicorn servers.hello:app --reload`."""
