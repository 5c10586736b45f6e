//! Times as Darklang writes them, and the timestamps of a batch of ops.

const SECOND: i64 = 1000;
const DAY_SECONDS: i64 = 24 * 60 * 60;
/// From the first of March of the year 0 to 1970, in days.
const DAYS_TO_EPOCH: i64 = 719_468;
/// The days of 400 years.
const ERA: i64 = 146_097;

/// Milliseconds since 1970, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Millis(pub i64);

impl Millis {
    /// The time now; the epoch on a machine whose clock stands before it.
    pub fn now() -> Self {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Millis(since.map_or(0, |since| since.as_millis() as i64))
    }

    /// As in `origin_ts` (`darklang/dark LibDB/Inserts.fs`, `nextOriginTs`).
    pub fn timestamp(self) -> String {
        let (year, month, day) = self.date();
        let (hour, minute, second) = self.time();
        let millis = self.0.rem_euclid(SECOND);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
    }

    /// Reads what [`Millis::timestamp`] writes.
    pub fn from_timestamp(text: &str) -> Option<Self> {
        let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
        let date = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let seconds = number(11, 13)? * 3600 + number(14, 16)? * 60 + number(17, 19)?;
        let millis = Millis((days(date) * DAY_SECONDS + seconds) * SECOND + number(20, 23)?);
        (millis.timestamp() == text).then_some(millis)
    }

    /// As SQLite's `datetime('now')` writes it, the default of every `created_at`.
    pub fn datetime(self) -> String {
        let (year, month, day) = self.date();
        let (hour, minute, second) = self.time();
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }

    fn time(self) -> (i64, i64, i64) {
        let second = self.0.div_euclid(SECOND).rem_euclid(DAY_SECONDS);
        (second / 3600, second / 60 % 60, second % 60)
    }

    /// Year, month and day in the proleptic Gregorian calendar. Years are counted from March, so that a leap
    /// day is the last of its year, in eras of 400 years, which all have the same number of days.
    fn date(self) -> (i64, i64, i64) {
        let days = self.0.div_euclid(SECOND * DAY_SECONDS) + DAYS_TO_EPOCH;
        let era = days.div_euclid(ERA);
        let day_of_era = days.rem_euclid(ERA);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (year, month, day)
    }
}

/// The days from 1970 to a date, by the calendar of [`Millis::date`].
fn days((year, month, day): (i64, i64, i64)) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let march_month = (month + 9) % 12;
    let day_of_year = (153 * march_month + 2) / 5 + day - 1;
    era * ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - DAYS_TO_EPOCH
}

/// Returns the timestamp of the first of `count` ops, each next one a millisecond later: the last gets the present time,
/// unless the log already reaches so far that they must follow it. A timestamp in the future would make Darklang
/// take a later edit for an older one.
pub fn first_timestamp(now: Millis, count: usize, newest: Millis) -> Millis {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    Millis(now.0.saturating_sub(count).saturating_add(1).max(newest.0 + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_spelled_as_sqlite_spells_them() {
        let sqlite = rusqlite::Connection::open_in_memory().unwrap();
        for millis in [0, 1, 951_782_399_999, 951_868_800_000, 1_709_164_800_123, 4_102_444_799_999] {
            let spelled: (String, String) = sqlite
                .query_row(
                    "SELECT strftime('%Y-%m-%dT%H:%M:%fZ', ?1 / 1000.0, 'unixepoch'), datetime(?1 / 1000, 'unixepoch')",
                    [millis],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .unwrap();
            assert_eq!((Millis(millis).timestamp(), Millis(millis).datetime()), spelled);
            assert_eq!(Millis::from_timestamp(&spelled.0), Some(Millis(millis)));
        }
    }

    #[test]
    fn other_text_is_no_timestamp() {
        for text in ["", "now", "2026-13-01T00:00:00.000Z", "2026-11-25 12:24:22", "2026-11-25T12:24:22Z"] {
            assert_eq!(Millis::from_timestamp(text), None, "{text}");
        }
    }

    #[test]
    fn timestamps_end_now_and_follow_the_log() {
        assert_eq!(first_timestamp(Millis(1000), 10, Millis(0)), Millis(991));
        assert_eq!(first_timestamp(Millis(1000), 10, Millis(995)), Millis(996));
        assert_eq!(first_timestamp(Millis(1000), 10, Millis(2000)), Millis(2001));
    }
}
