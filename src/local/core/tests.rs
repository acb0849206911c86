//! Rules of the core, each with time as a parameter.
