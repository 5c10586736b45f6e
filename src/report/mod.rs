//! All that darkc prints.
