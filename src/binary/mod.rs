//! Darklang's binary blobs, bit for bit.
