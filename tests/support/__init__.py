"""What the tests share: real virtualenvs and helpers that read them."""
