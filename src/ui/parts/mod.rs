//! The HTML vocabulary: components that own markup and a class name, and fetch nothing.
