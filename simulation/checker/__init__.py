"""The judge: reads what a world left behind and says which promises were broken. It knows nothing of how."""
