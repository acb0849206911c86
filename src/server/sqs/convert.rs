//! SDK types to model types and back.
