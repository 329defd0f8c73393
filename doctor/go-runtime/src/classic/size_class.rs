//! How large an allocation really is: arrays of sixteen buckets or more use the rest for overflow buckets.
//!
//! Read from `runtime/msize.go` (`roundupsize`) and `runtime/sizeclasses.go` of Go 1.21.13 and 1.23.4; tested through the
//! bucket arrays of running programs.

use super::Release;

/// `class_to_size`.
const CLASSES: [u64; 67] = [
    8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352,
    384, 416, 448, 480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048,
    2304, 2688, 3072, 3200, 3456, 4096, 4864, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728,
    10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672,
    32768,
];
/// `_MaxSmallSize`.
const MAX_SMALL: u64 = 32768;
/// `_PageSize`.
const PAGE: u64 = 8192;
/// `mallocHeaderSize`, from Go 1.22 on.
const HEADER: u64 = 8;
/// `minSizeForMallocHeader`.
const LEAST_WITH_HEADER: u64 = 512;

/// The bytes that an allocation of `size` may use; `pointers` says whether what lies in it has any.
///
/// Logarithmic in the number of classes.
pub fn round_up_size(release: Release, size: u64, pointers: bool) -> u64 {
    let (limit, header) = if release.has_malloc_header() {
        let header = if pointers && size > LEAST_WITH_HEADER { HEADER } else { 0 };
        (MAX_SMALL.saturating_sub(HEADER).saturating_add(1), header)
    } else {
        (MAX_SMALL, 0)
    };
    if size < limit {
        let wanted = size.saturating_add(header);
        let at = CLASSES.partition_point(|class| *class < wanted);
        let class = CLASSES.get(at).copied().unwrap_or(MAX_SMALL);
        return class.saturating_sub(header);
    }
    size.checked_next_multiple_of(PAGE).unwrap_or(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allocations_are_rounded_as_the_allocator_does() {
        for (release, size, pointers, up) in [
            (Release::Go1_21, 1632, false, 1792),
            (Release::Go1_23, 1632, true, 1784),
            (Release::Go1_21, 32768, false, 32768),
            (Release::Go1_21, 32769, false, 40960),
            (Release::Go1_23, 32761, false, 32768),
        ] {
            assert_eq!(round_up_size(release, size, pointers), up, "{size} of {release:?}");
        }
    }
}
