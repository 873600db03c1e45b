"""`python run.py` is `portal serve` for development."""

from app.cli import main

if __name__ == "__main__":
    main(["serve"])
