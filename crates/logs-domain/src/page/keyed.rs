//! The records of a page with their positions, as an adapter reads them from a database.

use crate::{StoreError, StoreResult};

/// The position of a record in the order, with the record or with the error of reading it.
pub type Keyed<K, T> = (K, StoreResult<T>);

/// Replaces records with the same position by the error for that position, because a list has each position
/// once. Such records must be neighbours, as they are in the order of the list.
pub fn refuse_twins<K: Eq, T>(keyed: &mut [Keyed<K, T>], error: impl Fn(&K) -> StoreError) {
    let mut is_twin = vec![false; keyed.len()];
    for (place, pair) in keyed.windows(2).enumerate() {
        if let [(one, _), (other, _)] = pair
            && one == other
        {
            is_twin
                .iter_mut()
                .skip(place)
                .take(2)
                .for_each(|twin| *twin = true);
        }
    }
    for ((key, record), _) in keyed.iter_mut().zip(is_twin).filter(|(_, twin)| *twin) {
        *record = Err(error(key));
    }
}

#[cfg(test)]
mod tests {
    use super::{Keyed, refuse_twins};
    use crate::StoreError;

    #[test]
    fn all_that_share_a_place_are_refused_and_no_others() {
        let mut keyed: Vec<Keyed<u32, u32>> =
            [1, 2, 2, 3, 4, 4, 4].map(|key| (key, Ok(key))).into();
        refuse_twins(&mut keyed, |key| {
            StoreError::inconsistent("t", "id", key.to_string())
        });
        let readable: Vec<u32> = keyed
            .iter()
            .filter_map(|(_, one)| one.as_ref().ok().copied())
            .collect();
        assert_eq!(readable, [1, 3]);
        let told = keyed[4].1.as_ref().unwrap_err().to_string();
        assert_eq!(told, "inconsistent data in t.id of 4");
        refuse_twins::<u32, u32>(&mut [], |_| StoreError::closed());
    }
}
