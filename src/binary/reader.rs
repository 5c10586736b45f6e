//! Reads the primitives of Darklang's binary format, which [`super::writer`] writes.

/// Why bytes are not what a reader expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadError {
    EndsEarly,
    NumberTooLong,
    NotUtf8,
}

/// The bytes that are left to read.
#[derive(Debug)]
pub struct Reader<'b> {
    bytes: &'b [u8],
}

impl<'b> Reader<'b> {
    pub fn new(bytes: &'b [u8]) -> Self {
        Reader { bytes }
    }

    /// Returns how many bytes are left.
    pub fn left(&self) -> usize {
        self.bytes.len()
    }

    pub fn take(&mut self, count: usize) -> Result<&'b [u8], ReadError> {
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or(ReadError::EndsEarly)?;
        self.bytes = rest;
        Ok(taken)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], ReadError> {
        self.take(N)?.try_into().map_err(|_| ReadError::EndsEarly)
    }

    pub fn byte(&mut self) -> Result<u8, ReadError> {
        let (byte, rest) = self.bytes.split_first().ok_or(ReadError::EndsEarly)?;
        self.bytes = rest;
        Ok(*byte)
    }

    /// LEB128: seven bits a byte, the lowest first.
    pub fn varint(&mut self) -> Result<usize, ReadError> {
        const BITS: u32 = 7;
        let mut value = 0;
        for shift in (0..u32::BITS).step_by(BITS as usize) {
            let byte = self.byte()?;
            value |= usize::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(ReadError::NumberTooLong)
    }

    /// A length and that many bytes of UTF-8.
    pub fn text(&mut self) -> Result<&'b str, ReadError> {
        let length = self.varint()?;
        std::str::from_utf8(self.take(length)?).map_err(|_| ReadError::NotUtf8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_texts_are_read_back() {
        let mut reader = Reader::new(&[0x80, 0x01, 2, b'a', b'b', 7]);
        assert_eq!(reader.varint(), Ok(128));
        assert_eq!(reader.text(), Ok("ab"));
        assert_eq!((reader.left(), reader.byte()), (1, Ok(7)));
        assert_eq!(reader.byte(), Err(ReadError::EndsEarly));
    }

    #[test]
    fn bytes_of_no_writer_are_errors() {
        assert_eq!(Reader::new(&[0xFF; 6]).varint(), Err(ReadError::NumberTooLong));
        assert_eq!(Reader::new(&[3, b'a']).text(), Err(ReadError::EndsEarly));
        assert_eq!(Reader::new(&[1, 0xFF]).text(), Err(ReadError::NotUtf8));
    }
}
