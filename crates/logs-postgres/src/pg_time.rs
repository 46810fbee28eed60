//! Times in PostgreSQL's binary format.

use logs_domain::{InvalidValue, Timestamp};

/// 2000-01-01T00:00:00Z, from which PostgreSQL counts microseconds.
const EPOCH_MICROS: i64 = 946_684_800_000_000;

/// The number for a time in a column.
pub(crate) const fn from_time(time: Timestamp) -> i64 {
    time.as_micros() - EPOCH_MICROS
}

/// The time for a number in a column.
///
/// # Errors
/// For times outside the range of the domain, such as the infinite ones of PostgreSQL.
pub(crate) fn to_time(micros: i64) -> Result<Timestamp, InvalidValue> {
    Timestamp::from_micros(micros.saturating_add(EPOCH_MICROS))
}

#[cfg(test)]
mod tests {
    use logs_domain::Timestamp;

    use super::{from_time, to_time};

    #[test]
    fn times_come_back_and_endless_ones_are_refused() {
        let epoch = Timestamp::parse_rfc3339("2000-01-01T00:00:00Z").unwrap();
        assert_eq!(from_time(epoch), 0);
        for time in [Timestamp::MIN, Timestamp::MAX, epoch] {
            assert_eq!(to_time(from_time(time)).unwrap(), time);
        }
        for endless in [i64::MIN, i64::MAX] {
            assert!(to_time(endless).is_err());
        }
    }
}
