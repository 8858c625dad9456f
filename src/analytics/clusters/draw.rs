//! Draws by a seed. Each purpose and each repetition has a stream of its own, so that one more restart does not change
//! what the others drew, and repetitions could run in any order.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What is drawn for: the upper half of the stream's number; the lower half counts repetitions.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    Restart = 1,
    Trial = 2,
    TopUp = 3,
    Sample = 4,
    Resample = 5,
}

/// The generator of one repetition of one purpose.
pub(super) fn generator(seed: u64, purpose: Purpose, repetition: usize) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(((purpose as u64) << 48) | (repetition as u64 & 0xffff_ffff_ffff));
    rng
}

/// At most `at_most` of the numbers below `count`, each as likely as any other, in ascending order (the first steps of
/// the shuffle of Fisher and Yates). All of them if there are no more than that.
pub(super) fn some_of(count: usize, at_most: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..count).collect();
    if count > at_most {
        for at in 0..at_most {
            numbers.swap(at, rng.random_range(at..count));
        }
        numbers.truncate(at_most);
        numbers.sort_unstable();
    }
    numbers
}

/// As many of the numbers below `count` as there are, drawn with replacement, in ascending order.
pub(super) fn with_replacement(count: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..count).map(|_| rng.random_range(0..count)).collect();
    numbers.sort_unstable();
    numbers
}
