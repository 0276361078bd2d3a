"""What the tests share: real virtualenvs, and what builds and reads them."""
