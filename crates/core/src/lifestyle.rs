//! Around the exercises: cards to read, movement breaks, the desk, and calming scripts.
