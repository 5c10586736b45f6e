//! Which characters .NET calls letters and digits, seen as UTF-16 units.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// The ASCII bytes that may follow the first one of an identifier.
pub const WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x80 {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || byte == b'_' as usize || byte == b'\'' as usize;
        byte += 1;
    }
    table
};

/// `System.Char.IsLetter`: never true outside the basic plane, where upstream sees halves of surrogate pairs.
pub fn is_letter(character: char) -> bool {
    character.is_ascii_alphabetic()
        || is_wide_unit(character) && character.general_category_group() == GeneralCategoryGroup::Letter
}

/// `System.Char.IsDigit`: the decimal digits of any script.
pub fn is_digit(character: char) -> bool {
    character.is_ascii_digit()
        || is_wide_unit(character) && character.general_category() == GeneralCategory::DecimalNumber
}

/// May the character stand in an identifier after its first one?
pub fn continues_word(character: char) -> bool {
    if character.is_ascii() { WORD[character as usize] } else { is_letter(character) || is_digit(character) }
}

fn is_wide_unit(character: char) -> bool {
    !character.is_ascii() && character.len_utf16() == 1
}
