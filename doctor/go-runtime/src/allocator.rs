//! How many bytes Go's allocator gives for what is asked of it.
//!
//! Small objects get the next of 67 sizes, large ones whole pages. Since Go 1.22 an object that has pointers and is not
//! among the smallest carries a word in front of it, which says its type.
//!
//! Read from `runtime/sizeclasses.go` and `runtime/msize.go` of Go 1.21 to 1.25, and `internal/runtime/gc/sizeclasses.go`
//! and `runtime/msize.go` of Go 1.26 and 1.27; the sizes are the same in all. Tested on heap profiles of Go 1.21 and 1.27.

/// The sizes of small objects: `class_to_size`, `gc.SizeClassToSize`.
const SIZES: [u16; 67] = [
    8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352,
    384, 416, 448, 480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048,
    2304, 2688, 3072, 3200, 3456, 4096, 4864, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728,
    10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672,
    32768,
];
/// The bytes of a page of the heap: `pageSize`.
const PAGE: u64 = 8192;
/// The word in front of an object: `gc.MallocHeaderSize`.
const HEADER: u64 = 8;
/// Objects up to this size have none: `gc.MinSizeForMallocHeader`.
const LARGEST_WITHOUT: u64 = 512;

/// The bytes that the allocator takes for an object of so many bytes; `header` says whether it carries a word about its
/// type, which [`has_header`] tells.
///
/// Logarithmic in the number of sizes.
#[must_use]
pub fn allocated(bytes: u64, header: bool) -> u64 {
    if bytes == 0 {
        return 0;
    }
    let asked = bytes.saturating_add(if header { HEADER } else { 0 });
    let place = SIZES.partition_point(|size| u64::from(*size) < asked);
    match SIZES.get(place) {
        Some(size) => u64::from(*size),
        // Large objects keep their type elsewhere.
        None => bytes.div_ceil(PAGE).saturating_mul(PAGE),
    }
}

/// Whether an object of so many bytes carries a word about its type, since Go 1.22.
#[must_use]
pub fn has_header(bytes: u64, pointers: bool) -> bool {
    pointers && bytes > LARGEST_WITHOUT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_objects_get_the_next_size_and_large_ones_pages() {
        assert_eq!(allocated(0, false), 0);
        assert_eq!(allocated(1, false), 8);
        assert_eq!(allocated(48, false), 48);
        assert_eq!(allocated(49, false), 64);
        assert_eq!(allocated(32_768, false), 32_768);
        assert_eq!(allocated(32_769, false), 40_960);
    }

    #[test]
    fn a_word_about_the_type_may_need_the_next_size() {
        assert!(has_header(1024, true) && !has_header(512, true) && !has_header(4096, false));
        assert_eq!(allocated(1024, true), 1152);
        // With the word it is no small object any more.
        assert_eq!(allocated(32_764, true), 32_768);
    }
}
