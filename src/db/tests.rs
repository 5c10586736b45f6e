//! A store made, changed and compared, by itself and by others.
