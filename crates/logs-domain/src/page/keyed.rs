//! The records of a page with their places, as an adapter that keeps them elsewhere finds them.

use crate::{StoreError, StoreResult};

/// A record of a page with its place in the order, or why it cannot be read.
pub type Keyed<K, T> = (K, StoreResult<T>);

/// Refuses records that share a place, each with the error of that place: a place of a list is there
/// once. Those that share one must stand beside each other, as in the order of the list they do.
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
