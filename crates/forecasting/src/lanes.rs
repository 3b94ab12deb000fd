//! Sums side by side. An addition waits for the one before it; independent ones of a fixed number fill
//! that time and become vector instructions.

/// What `of` gives for each lane. Inlined always: `std::array::from_fn` and `zip` are not, and then cost
/// more than is saved.
#[inline(always)]
pub(crate) fn lanes<T: Copy + Default, const N: usize>(of: impl Fn(usize) -> T) -> [T; N] {
    let mut given = [T::default(); N];
    for (lane, given) in given.iter_mut().enumerate() {
        *given = of(lane);
    }
    given
}
