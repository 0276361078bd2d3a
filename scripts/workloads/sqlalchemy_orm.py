"""SQLAlchemy: objects put into a database in memory and queried."""

from sqlalchemy import Integer, String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column


class Base(DeclarativeBase):
    """The registry of the classes."""


class Person(Base):
    """A row."""

    __tablename__ = "person"
    id = mapped_column(Integer, primary_key=True)
    name = mapped_column(String(50))


def work() -> int:
    """Return the number of rows found."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all([Person(name=f"name {number}") for number in range(100)])
        session.commit()
        found = 0
        for number in range(20):
            query = select(Person).where(Person.name.like(f"%{number}")).order_by(Person.id)
            found += len(session.scalars(query).all())
    engine.dispose()
    return found
