"""`python -m kg` is `kg`."""

from .cli import main

if __name__ == "__main__":
    main()
